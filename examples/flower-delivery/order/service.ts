import { createConsumer, type KafkaClient, kafkajsClient, requireOutboxTable } from '@outbox-cdc/outbox'
import {
  createMysqlService,
  createServiceClients,
  kafkaFrom,
  type Logger,
  mysqlServiceConfig,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { createExpiry } from './expiry.ts'
import { itemHandlers } from './menu/item-handlers.ts'
import { findMenuItem } from './menu/menu-store.ts'
import { createMenuRoutes } from './menu/routes.ts'
import { createMyPageRoutes } from './my-page/routes.ts'
import { orderHandlers } from './order-handlers.ts'
import { createOrders } from './order-store.ts'
import { createOrdering } from './orders/ordering.ts'
import { httpPaymentGateway } from './payment/http-payment-gateway.ts'
import type { PaymentGateway } from './payment/payment-gateway.ts'
import { createOrderRoutes } from './routes.ts'

export const configSchema = mysqlServiceConfig({ port: 8081, route: 'POST /orders', database: 'flower_order' }).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  PAYMENT_URL: variable.serviceUrl('payment'),
  PAYMENT_FALLBACK: z
    .enum(['defer', 'off'])
    .default('defer')
    .describe('What becomes of an order if payment does not answer: defer has it paid later, off cancels it'),
  PAYMENT_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400_000)
    .default(900_000)
    .describe('An order that is not paid for so long is cancelled')
})

const name = 'order'

type Config = Readonly<z.output<typeof configSchema>>
type Others = { readonly kafka?: KafkaClient; readonly payments?: PaymentGateway }

/** Takes orders, has them paid, and follows what the other services do with them. */
export function createService(config: Config, logger: Logger, others: Others = {}): Service {
  const { kafka = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger }) } = others
  const topics = { ...orderHandlers, 'flower.item': itemHandlers }
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  let expiry: ReturnType<typeof createExpiry> | undefined
  const service = createMysqlService({
    name,
    config,
    logger,
    routes(db, registry) {
      const clients = () => createServiceClients({ logger, registry })
      const payments = others.payments ?? httpPaymentGateway(clients(), config.PAYMENT_URL)
      expiry = createExpiry({ db, logger, deadlineMs: config.PAYMENT_DEADLINE_MS })
      return createRoutes(db, payments)
    },
    document: apiDocument,
    consumer: (db, observe) => createConsumer({ kafka, group: 'flower-order', db, logger, topics, inbox, observe }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })
  return {
    async start() {
      const port = await service.start()
      expiry?.start()
      return port
    },
    async stop() {
      await expiry?.stop()
      await service.stop()
    }
  }

  function createRoutes(db: Knex, payments: PaymentGateway): Router {
    const menu = { find: (itemId: number) => findMenuItem(db, itemId) }
    const ordering = createOrdering({ menu, orders: createOrders(db), payments, fallback: config.PAYMENT_FALLBACK })
    return Router().use(createOrderRoutes({ db, ordering }), createMyPageRoutes(db), createMenuRoutes(db))
  }
}
