import { createConsumer, type KafkaClient, kafkajsClient, requireOutboxTable } from '@outbox-cdc/outbox'
import {
  createPostgresService,
  kafkaFrom,
  type Logger,
  postgresServiceConfig,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import type { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { topics } from './on-events.ts'
import { createRoutes } from './routes.ts'

export const configSchema = postgresServiceConfig({
  port: 8084,
  route: 'GET /deliveries',
  database: 'flower_delivery'
}).extend({ ...variable.kafka, INBOX_KEEP_MS: variable.inboxKeepMs })

const name = 'delivery'

type Config = Readonly<z.output<typeof configSchema>>

/** The rider's list. It decides whether a decorated order can still be cancelled: until the rider leaves. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  // A transaction with one event locks one delivery, so there are no deadlocks. A killed replica is missed after 6 s.
  const reading = { kafka, group: 'flower-delivery', topics, batchSize: 1, inbox, sessionTimeoutMs: 6_000 }
  return createPostgresService({
    name,
    config,
    logger,
    close: () => kafka.close(),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    consumer: (db, observe) => createConsumer({ ...reading, db, logger, observe }),
    document: apiDocument,
    routes: createRoutes
  })
}
