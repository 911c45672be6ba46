import { createConsumer, type KafkaClient, kafkajsClient, requireOutboxTable } from '@outbox-cdc/outbox'
import {
  type Beside,
  createMysqlService,
  createServiceClients,
  kafkaFrom,
  type Logger,
  mysqlServiceConfig,
  registerSettings,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { createExpiry } from './expiry.ts'
import { createGrpcServer } from './grpc/server.ts'
import { findMenuItem } from './menu/menu-store.ts'
import { createMenuRoutes } from './menu/routes.ts'
import { createMyPageRoutes } from './my-page/routes.ts'
import { createOrders } from './order-store.ts'
import { createOrdering } from './orders/ordering.ts'
import { httpPaymentGateway } from './payment/http-payment-gateway.ts'
import type { PaymentGateway } from './payment/payment-gateway.ts'
import { createOrderRoutes } from './routes.ts'
import { subscriptions as topics } from './subscriptions.ts'

export const configSchema = mysqlServiceConfig({ port: 8081, route: 'POST /orders', database: 'flower_order' }).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  GRPC_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port of gRPC; without it, only REST is served'),
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
export const group = 'flower-order'

type Config = Readonly<z.output<typeof configSchema>>
type Others = { readonly kafka?: KafkaClient; readonly payments?: PaymentGateway }

/** Takes orders, has them paid, and follows what the other services do with them. */
export function createService(config: Config, logger: Logger, others: Others = {}): Service {
  const { kafka = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger }) } = others
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  return createMysqlService({
    name,
    config,
    logger,
    routes(db, registry) {
      const { PAYMENT_FALLBACK, PAYMENT_DEADLINE_MS } = config
      registerSettings({ PAYMENT_FALLBACK, PAYMENT_DEADLINE_MS }, registry)
      const clients = () => createServiceClients({ logger, registry })
      const payments = others.payments ?? httpPaymentGateway(clients(), config.PAYMENT_URL)
      const menu = { find: (itemId: number) => findMenuItem(db, itemId) }
      const ordering = createOrdering({ menu, orders: createOrders(db), payments, fallback: PAYMENT_FALLBACK })
      const routes = Router().use(createOrderRoutes({ db, ordering }), createMyPageRoutes(db), createMenuRoutes(db))
      const expiry = createExpiry({ db, logger, deadlineMs: PAYMENT_DEADLINE_MS })
      return { routes, beside: [expiry, ...grpcServers(ordering)] }
    },
    document: apiDocument,
    consumer: (db, observe) => createConsumer({ kafka, group, db, logger, topics, inbox, observe }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })

  function grpcServers(ordering: ReturnType<typeof createOrdering>): readonly Beside[] {
    const { HTTP_HOST: host, GRPC_PORT: port } = config
    return port === undefined ? [] : [createGrpcServer({ host, port, logger, ordering })]
  }
}
