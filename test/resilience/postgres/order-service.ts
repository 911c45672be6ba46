import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { createOutbox, type Outbox } from '@outbox-cdc/outbox'
import { messageStore } from '@outbox-cdc/outbox/message'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { runService } from '@outbox-cdc/service-kit'
import knex, { type Knex } from 'knex'
import { z } from 'zod'

// The least that places orders on PostgreSQL as the real service does on MySQL. The name of an order is unique, so a
// request that is repeated gets the order that it made before.
const schema = z.object({
  HTTP_PORT: z.coerce.number(),
  POSTGRES_URL: z.string(),
  OUTBOX_STORE: z.literal('message').optional()
})
const orderSchema = z.object({ name: z.string(), quantity: z.number() })
type Order = z.output<typeof orderSchema>
const mostOpen = 32

await runService({
  name: 'order-service',
  schema,
  env: process.env,
  create({ HTTP_PORT, POSTGRES_URL: connectionString, OUTBOX_STORE }, logger) {
    const outbox = createOutbox(OUTBOX_STORE === 'message' ? { store: messageStore } : {})
    const db = knex({
      client: 'pg',
      connection: { connectionString, connectionTimeoutMillis: 2_000, query_timeout: 2_500 },
      pool: { min: 0, max: 16 },
      acquireConnectionTimeout: 2_500
    })
    let open = 0
    const server = createServer((request, response) => {
      const answer = (status: number, body: object) =>
        response
          .writeHead(status, { 'content-type': 'application/json', ...(status === 503 ? { 'retry-after': '1' } : {}) })
          .end(JSON.stringify(body))
      if (request.method === 'GET') return void answer(200, {})
      // A longer queue would go on placing orders long after its clients have left.
      if (open >= mostOpen) return void answer(503, {})
      open += 1
      json(request)
        .then(body => place({ db, outbox }, orderSchema.parse(body)))
        .then(
          id => answer(201, { id }),
          (error: unknown) => {
            logger.warn({ err: error }, 'the order was not placed')
            answer(503, {})
          }
        )
        .finally(() => (open -= 1))
    })
    return {
      start: () =>
        new Promise(resolve => {
          server.listen(HTTP_PORT, '127.0.0.1', () => resolve(HTTP_PORT))
        }),
      async stop() {
        server.close()
        await db.destroy()
      }
    }
  }
})

async function place({ db, outbox }: { db: Knex; outbox: Outbox }, { name, quantity }: Order): Promise<number> {
  return db.transaction(async trx => {
    const [made] = await trx('customer_order').insert({ name, quantity }).onConflict('name').ignore().returning('id')
    if (made === undefined) {
      const [before] = await trx('customer_order').where({ name }).select('id')
      return before.id
    }
    await outbox.append(trx, orderCreated({ aggregateId: made.id, aggregateVersion: 1, payload: { name, quantity } }))
    return made.id
  })
}
