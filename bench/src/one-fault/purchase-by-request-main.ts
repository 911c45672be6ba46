import {
  createMysqlService,
  createServiceClients,
  describeApi,
  mysqlServiceConfig,
  runService,
  variable
} from '@outbox-cdc/service-kit'
import { httpAccountDirectory, httpProductCatalogue } from '@outbox-cdc/shop/purchase/look-ups/http'
import { createRoutes } from '@outbox-cdc/shop/purchase/routes'
import { confirmByRequest } from './confirm-by-request.ts'

// What the Shop leaves out on purpose: a purchase that is completed only when delivery has stored what is to be delivered.
// Quotes, look-ups and tables are the Shop's.
const name = 'purchase-by-request'
const quoteValidMs = 600_000

await runService({
  name,
  schema: mysqlServiceConfig({ port: 11_005, route: 'POST /purchases', database: 'purchases' }).extend({
    ACCOUNT_URL: variable.serviceUrl('account'),
    PRODUCT_URL: variable.serviceUrl('product'),
    DELIVERY_URL: variable.serviceUrl('delivery-by-request')
  }),
  env: process.env,
  create: (config, logger) =>
    createMysqlService({
      name,
      config,
      logger,
      routes(db, registry) {
        const clients = createServiceClients({ logger, registry })
        const lookUps = {
          accounts: httpAccountDirectory(clients.to('account', config.ACCOUNT_URL)),
          products: httpProductCatalogue(clients.to('product', config.PRODUCT_URL))
        }
        // Ours first: it has the same address as the Shop's.
        const confirmation = confirmByRequest({ db, lookUps, deliveryUrl: config.DELIVERY_URL })
        return confirmation.use(createRoutes({ db, lookUps, quoteValidMs }))
      },
      document: describeApi(name, 'Completes a purchase when delivery has stored it.', [])
    })
})
