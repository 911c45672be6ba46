import { createServer } from 'node:http'
import { createConsumer, handle, kafkajsClient } from '@outbox-cdc/outbox'
import { createMysql, runService } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { ledgerMoved } from './ledger.ts'

// The ledger's consumer in a process of its own, so that faults hit it as they hit the delivery service.
const schema = z.object({
  HTTP_PORT: z.coerce.number(),
  MYSQL_URL: z.string(),
  KAFKA_BROKERS: z.string(),
  KAFKA_TOPIC: z.string()
})

await runService({
  name: 'ledger',
  schema,
  env: process.env,
  create({ HTTP_PORT, MYSQL_URL, KAFKA_BROKERS, KAFKA_TOPIC: topic }, logger) {
    const db = createMysql({ url: MYSQL_URL, name: 'ledger', poolSize: 16, logger })
    const kafka = kafkajsClient({ brokers: KAFKA_BROKERS.split(','), clientId: 'ledger', logger })
    const consumer = createConsumer({
      kafka,
      group: 'ledger',
      db,
      logger,
      onGap: 'report',
      topics: {
        [topic]: {
          [ledgerMoved.name]: handle(ledgerMoved, async ({ aggregateId, aggregateVersion, payload }, trx) => {
            await trx('ledger').insert({ account: aggregateId, version: aggregateVersion, content: payload.text })
          })
        }
      }
    })
    const server = createServer((_request, response) => response.writeHead(consumer.health().ok ? 200 : 503).end())
    return {
      async start() {
        await consumer.start()
        server.listen(HTTP_PORT, '127.0.0.1')
        return HTTP_PORT
      },
      async stop() {
        server.close()
        await consumer.stop()
        await kafka.close()
        await db.destroy()
      }
    }
  }
})
