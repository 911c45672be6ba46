import { createServer } from 'node:http'
import { createConsumer, handle, kafkajsClient } from '@outbox-cdc/outbox'
import knex from 'knex'
import { pinged } from './pinged.ts'

const { MYSQL_URL = '', KAFKA_BROKERS = '', KAFKA_TOPIC: topic = '', PING_SERVICE_URL, HTTP_PORT } = process.env
const db = knex({ client: 'mysql2', connection: MYSQL_URL })
const log = (fields: object, message: string) => console.log(JSON.stringify({ ...fields, msg: message }))
const logger = { debug() {}, info: log, warn: log, error: log }
const consumer = createConsumer({
  kafka: kafkajsClient({ brokers: KAFKA_BROKERS.split(','), clientId: 'pong-service', logger }),
  group: 'pong-service',
  db,
  logger,
  topics: {
    [topic]: {
      [pinged.name]: handle(pinged, async ({ aggregateId, payload }, trx) => {
        await trx('pong').insert({ ping_id: aggregateId, text: `${payload.text} to ${PING_SERVICE_URL}` })
      })
    }
  }
})

createServer((request, response) => {
  const [, pongs, id = 0] = (request.url ?? '').split('/')
  if (pongs !== 'pongs') return void response.writeHead(consumer.health().ok ? 200 : 503).end()
  db('pong')
    .where({ ping_id: id })
    .then(
      ([pong]) =>
        response
          .writeHead(pong === undefined ? 404 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(pong ?? {})),
      error => response.writeHead(500).end(String(error))
    )
}).listen(Number(HTTP_PORT), '127.0.0.1')
await consumer.start()
