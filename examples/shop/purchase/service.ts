import { requireOutboxTable } from '@outbox-cdc/outbox'
import {
  createMysqlService,
  createServiceClients,
  type Logger,
  mysqlServiceConfig,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { httpAccountDirectory, httpProductCatalogue } from './look-ups/http.ts'
import { createRoutes } from './routes.ts'

export const configSchema = mysqlServiceConfig({
  port: 11_003,
  route: 'POST /purchases',
  database: 'purchases'
}).extend({
  ACCOUNT_URL: variable.serviceUrl('account'),
  PRODUCT_URL: variable.serviceUrl('product'),
  QUOTE_VALID_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400_000)
    .default(600_000)
    .describe('How long a quote can be confirmed')
})

const name = 'purchase'

/** Quotes what a purchase costs, by asking account and product, and tells the world when the buyer has confirmed. */
export function createService(config: Readonly<z.output<typeof configSchema>>, logger: Logger): Service {
  return createMysqlService({
    name,
    config,
    logger,
    routes(db, registry) {
      const clients = createServiceClients({ logger, registry })
      const lookUps = {
        accounts: httpAccountDirectory(clients.to('account', config.ACCOUNT_URL)),
        products: httpProductCatalogue(clients.to('product', config.PRODUCT_URL))
      }
      return createRoutes({ db, lookUps, quoteValidMs: config.QUOTE_VALID_MS })
    },
    document: apiDocument,
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) })
  })
}
