import { createConsumer, type KafkaClient, kafkajsClient, requireOutboxTable } from '@outbox-cdc/outbox'
import {
  createMysqlService,
  kafkaFrom,
  type Logger,
  mysqlServiceConfig,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import type { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { createRoutes } from './routes.ts'
import { subscriptions } from './subscriptions.ts'

export const configSchema = mysqlServiceConfig({
  port: 8083,
  route: 'GET /ordermanagements',
  database: 'flower_shop'
}).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs
})

type Config = Readonly<z.output<typeof configSchema>>

const group = 'flower-shop'

/** Shows the owner which orders to decorate, and tells the world what became of them. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: group, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  // So long the partitions of a killed replica wait; the broker allows no less.
  const reading = { kafka, group, logger, topics: subscriptions, inbox, sessionTimeoutMs: 6_000 }
  return createMysqlService({
    name: 'shop',
    config,
    logger,
    document: apiDocument,
    routes: createRoutes,
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    // A transaction with one order locks one row, so there are no deadlocks.
    consumer: (db, observe) => createConsumer({ ...reading, db, observe, batchSize: 1 }),
    close: () => kafka.close()
  })
}
