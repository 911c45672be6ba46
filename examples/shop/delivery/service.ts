import { createConsumer, type KafkaClient, kafkajsClient } from '@outbox-cdc/outbox'
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
import { onPurchases } from './purchases.ts'
import { createRoutes } from './routes.ts'

export const configSchema = mysqlServiceConfig({
  port: 11_004,
  route: 'GET /deliveries',
  database: 'shop_deliveries'
}).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  KAFKA_TOPIC: z.string().default('shop.purchases').describe('Topic of purchase')
})

const name = 'delivery'

type Config = Readonly<z.output<typeof configSchema>>

/** Opens a delivery for each completed purchase, and closes it when the recipient confirms. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  const topics = { [config.KAFKA_TOPIC]: onPurchases }
  return createMysqlService({
    name,
    config,
    logger,
    routes: createRoutes,
    document: apiDocument,
    consumer: (db, observe) => createConsumer({ kafka, group: 'shop-delivery', db, logger, topics, inbox, observe }),
    close: () => kafka.close()
  })
}
