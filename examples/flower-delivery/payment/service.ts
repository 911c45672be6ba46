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
import { createAcquirer } from './acquirer.ts'
import { apiDocument } from './api-document.ts'
import { createRoutes } from './routes.ts'
import { subscriptions as topics } from './subscriptions.ts'

const rangeText = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'must be two whole numbers, such as 400-620')
  .transform(text => {
    const [least = 0, most = least] = text.split('-').map(Number)
    return [least, most] as const
  })

export const configSchema = mysqlServiceConfig({
  port: 8082,
  route: 'POST /payments',
  database: 'flower_payment'
}).extend({
  ...variable.kafka,
  INBOX_KEEP_MS: variable.inboxKeepMs,
  PAYMENT_SLOW_MS: rangeText.optional().describe('For tests: how long a payment takes, such as 400-620'),
  PAYMENT_CAPACITY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('For tests: how many payments are made at the same time; the others wait')
})

const name = 'payment'

type Config = Readonly<z.output<typeof configSchema>>

/** Takes the money for an order when order asks for it, and gives it back when the order is cancelled or rejected. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const inbox = { keepMs: config.INBOX_KEEP_MS }
  const acquirer = createAcquirer({ slowMs: config.PAYMENT_SLOW_MS, capacity: config.PAYMENT_CAPACITY })
  return createMysqlService({
    name,
    config,
    logger,
    routes: db => createRoutes(db, acquirer),
    document: apiDocument,
    // A transaction with one event locks one payment, so there are no deadlocks.
    consumer: (db, observe) =>
      createConsumer({ kafka, group: 'flower-payment', db, logger, topics, inbox, observe, batchSize: 1 }),
    ready: probes => ({ outbox: () => requireOutboxTable(probes, {}) }),
    close: () => kafka.close()
  })
}
