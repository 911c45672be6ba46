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
import { onAnswers } from './answers.ts'
import { apiDocument } from './api-document.ts'
import { createRoutes } from './routes.ts'

export const configSchema = mysqlServiceConfig({
  port: 8092,
  route: 'POST /orders',
  database: 'customer_orders'
}).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  KAFKA_TOPIC: z.string().default('customerTopic').describe('Topic of customer-service')
})

const name = 'order-service'

type Config = Readonly<z.output<typeof configSchema>>

/** Takes orders, and settles each by the answer of customer-service. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  const topics = { [config.KAFKA_TOPIC]: onAnswers }
  return createMysqlService({
    name,
    config,
    logger,
    routes: createRoutes,
    document: apiDocument,
    alias: '/customer-order/order-service',
    consumer: (db, observe) => createConsumer({ kafka, group: name, db, logger, topics, inbox, observe }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })
}
