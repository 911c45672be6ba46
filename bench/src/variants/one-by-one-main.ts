import { createHealth, createHttpServer, createMysql, runService } from '@outbox-cdc/service-kit'
import type { Logger, Service } from '@outbox-cdc/service-kit'
import express from 'express'
import { type IHeaders, Kafka, logLevel } from 'kafkajs'
import { z } from 'zod'

// The consumer of most tutorials: one event, one transaction with an inbox row, then the next.
const schema = z.object({
  HTTP_PORT: z.coerce.number(),
  MYSQL_URL: z.string(),
  KAFKA_BROKERS: z.string(),
  KAFKA_TOPIC: z.string(),
  KAFKA_GROUP: z.string(),
  LOG_LEVEL: z.string().default('info')
})
type Config = Readonly<z.output<typeof schema>>

function createConsumer(config: Config, logger: Logger): Service {
  const db = createMysql({ url: config.MYSQL_URL, name: 'one-by-one', logger })
  const kafka = new Kafka({ brokers: config.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: config.KAFKA_GROUP, maxWaitTimeInMs: 500 })
  const health = createHealth({ ready: { mysql: async () => await db.raw('SELECT 1') } })
  let handled = 0
  const app = express()
    .use(health.routes)
    .get('/metrics', (_, response) => response.send(`events_total{outcome="handled"} ${handled}\n`))
  const server = createHttpServer(app, { host: '127.0.0.1', port: config.HTTP_PORT })

  async function handle(messageId: string, text: string, orderId: number): Promise<void> {
    await db.transaction(async trx => {
      const claim = 'INSERT IGNORE INTO inbox (consumer, message_id) VALUES (?, ?)'
      const [claimed]: readonly { affectedRows: number }[] = await trx.raw(claim, ['one-by-one', messageId])
      if (claimed?.affectedRows === 0) return
      const { name, quantity } = JSON.parse(text) as { name: string; quantity: number }
      await trx('delivery').insert({ order_id: orderId, name, quantity })
    })
    handled += 1
    logger.info({ orderId, messageId }, 'order delivered')
  }

  return {
    async start() {
      await consumer.connect()
      await consumer.subscribe({ topics: [config.KAFKA_TOPIC], fromBeginning: true })
      await consumer.run({
        partitionsConsumedConcurrently: 3,
        eachMessage: async ({ message: { key, value, headers } }) => {
          const { text, orderId } = read(String(key), String(value))
          await handle(messageIdIn(headers), text, orderId)
        }
      })
      return server.start()
    },
    async stop() {
      await consumer.disconnect()
      await server.stop()
      await db.destroy()
    }
  }
}

function messageIdIn(headers: IHeaders = {}): string {
  return String(headers['id'] ?? headers['message_id'])
}

/** With Debezium's event router the value is the payload; with this project's connector it is a row that holds it. */
function read(key: string, value: string): { text: string; orderId: number } {
  const id = (JSON.parse(key) as { payload: number | { event_id: number } }).payload
  const { payload } = JSON.parse(value) as { payload: string | { payload: string } }
  return {
    text: typeof payload === 'string' ? payload : payload.payload,
    orderId: typeof id === 'number' ? id : id.event_id
  }
}

await runService({ name: 'one-by-one', schema, env: process.env, create: createConsumer })
