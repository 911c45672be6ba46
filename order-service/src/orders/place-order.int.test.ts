import { createOutbox, type OutboundEvent } from '@outbox-cdc/outbox'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildService, createOrdersDatabase, type OrdersDatabase } from '../../test/build-service.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

const secret = 'the outbox said hunter2'
const breaksAfterWriting = {
  ...createOutbox(),
  append: async () => Promise.reject(new Error(secret))
}

it('writes neither order nor event when the event cannot be written, and hides the reason from the client', async () => {
  const { post } = await buildService({ url: database.url, overrides: { outbox: breaksAfterWriting } })
  const { status, body, text } = await post({ name: 'never', quantity: 1 })
  expect([status, body.title]).toEqual([500, 'Internal error'])
  expect(text).not.toMatch(/hunter2|stack|\.ts/)
  expect(await database.db('customer_order').where({ name: 'never' })).toEqual([])
})

it('publishes the order with its id as key and the correlation of the request', async () => {
  const events: OutboundEvent[] = []
  const real = createOutbox()
  const outbox: typeof real = {
    ...real,
    append: async (trx, event) => {
      events.push(...[event].flat())
      await real.append(trx, event)
    }
  }
  const { post } = await buildService({ url: database.url, overrides: { outbox } })
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const { body: order } = await post({ name: 'joon', quantity: 95 }, { traceparent, 'x-correlation-id': 'cart-7' })
  expect(events).toMatchObject([
    {
      name: 'order_created',
      aggregate: 'order',
      aggregateId: order.id,
      aggregateVersion: 1,
      schemaVersion: 1,
      payload: { name: 'joon', quantity: 95 },
      correlationId: 'cart-7',
      traceparent
    }
  ])
  expect(await database.db('outbox')).toEqual([])
})

it('makes a correlation id when the request has none or an invalid one', async () => {
  const { post } = await buildService({ url: database.url })
  const response = await post(
    { name: 'joon', quantity: 1 },
    { 'x-request-id': 'a b\tc', 'x-correlation-id': 'x'.repeat(65), traceparent: '00-zz' }
  )
  expect(response.status).toBe(201)
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

it('runs its connections in UTC, strict, and without gap locks', async () => {
  const answers: unknown[] = []
  const outbox = {
    ...createOutbox(),
    append: async (trx: { raw: (sql: string) => PromiseLike<unknown[]> }) => {
      const [rows] = await trx.raw(
        'SELECT @@time_zone AS zone, @@sql_mode AS mode, @@transaction_isolation AS isolation'
      )
      answers.push(rows)
    }
  }
  const { post } = await buildService({ url: database.url, overrides: { outbox: outbox as never } })
  await post({ name: 'joon', quantity: 1 })
  expect(answers).toEqual([
    [{ zone: '+00:00', mode: expect.stringContaining('STRICT_ALL_TABLES'), isolation: 'READ-COMMITTED' }]
  ])
})
