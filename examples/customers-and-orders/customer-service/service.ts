import { createConsumer, type KafkaClient, kafkajsClient, requireOutboxTable } from '@outbox-cdc/outbox'
import {
  createMysqlService,
  kafkaFrom,
  type Logger,
  mysqlServiceConfig,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { onOrders } from './orders.ts'
import { createRoutes } from './routes.ts'

export const configSchema = mysqlServiceConfig({ port: 8091, route: 'POST /customers', database: 'customers' }).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  KAFKA_TOPIC: z.string().default('orderTopic').describe('Topic of order-service')
})

const name = 'customer-service'

type Config = Readonly<z.output<typeof configSchema>>

/** Registers customers, and answers each order with what the customer's credit says. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  const topics = { [config.KAFKA_TOPIC]: onOrders }
  return createMysqlService({
    name,
    config,
    logger,
    routes: createRoutes,
    document: apiDocument,
    alias: '/customer-order/customer-service',
    // A transaction with one order locks one customer, so there are no deadlocks.
    consumer: (db, observe) => createConsumer({ kafka, group: name, db, logger, topics, inbox, observe, batchSize: 1 }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })
}
