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
import { subscriptions as topics } from './subscriptions.ts'

export const configSchema = mysqlServiceConfig({ port: 8085, route: 'POST /items', database: 'flower_item' }).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs
})

const [name, group] = ['item', 'flower-item']

type Config = Readonly<z.output<typeof configSchema>>

/** Keeps the stock of each item, and takes from it what orders have paid for. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: group, logger })
): Service {
  // So long the partitions of a killed replica wait; the broker allows no less.
  const sessionTimeoutMs = 6_000
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  return createMysqlService({
    name,
    config,
    logger,
    routes: createRoutes,
    document: apiDocument,
    // A transaction with one order locks one item, so there are no deadlocks.
    consumer: (db, observe) =>
      createConsumer({ kafka, group, db, logger, topics, inbox, sessionTimeoutMs, observe, batchSize: 1 }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })
}
