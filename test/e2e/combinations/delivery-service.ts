import { createServer } from 'node:http'
import { createConsumer, handle, kafkajsClient } from '@outbox-cdc/outbox'
import { ids, openDatabase, orderEvents } from './orders.ts'

const { KAFKA_BROKERS = '', TOPIC = '', GROUP = '', HTTP_PORT } = process.env
const db = openDatabase()
const log = (fields: object, message: string) => console.log(JSON.stringify({ ...fields, msg: message }))
const logger = { debug() {}, info: log, warn: log, error: log }
const { created, changed } = orderEvents(ids)
const consumer = createConsumer({
  kafka: kafkajsClient({ brokers: KAFKA_BROKERS.split(','), clientId: GROUP, logger }),
  group: GROUP,
  db,
  logger,
  topics: {
    [TOPIC]: {
      [created.name]: handle(created, async ({ aggregateId, aggregateVersion, payload }, trx) => {
        await trx('delivery').insert({ order_id: aggregateId, ...payload })
        await trx('applied').insert({ order_id: aggregateId, version: aggregateVersion })
      }),
      [changed.name]: handle(changed, async ({ aggregateId, aggregateVersion, payload }, trx) => {
        await trx('delivery').where({ order_id: aggregateId }).update(payload)
        await trx('applied').insert({ order_id: aggregateId, version: aggregateVersion })
      })
    }
  }
})

const orderId = (id: unknown) => (ids === 'integer' ? Number(id) : id)

type Row = { readonly order_id: unknown; readonly name: string; readonly quantity: number }

async function answer(path: string): Promise<object> {
  const [, what, id = ''] = path.split('/')
  if (what === 'versions') return db('applied').where({ order_id: id }).orderBy('place').pluck('version')
  const rows: readonly Row[] = await db('delivery').where(id === '' ? {} : { order_id: id })
  return rows.map(({ order_id: of, name, quantity }) => ({ orderId: orderId(of), name, quantity }))
}

createServer((request, response) => {
  const { url = '' } = request
  if (url.startsWith('/health')) return void response.writeHead(consumer.health().ok ? 200 : 503).end()
  answer(url).then(
    body => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    error => response.writeHead(500).end(String(error))
  )
}).listen(Number(HTTP_PORT), '127.0.0.1')
await consumer.start()
