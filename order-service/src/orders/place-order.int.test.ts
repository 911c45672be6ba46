import { generatedId, type OneTripOutbox, sql } from '@outbox-cdc/outbox/one-trip'
import { createOneTripOutbox } from '@outbox-cdc/service-kit'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { buildService, createOrdersDatabase, type OrdersDatabase } from '../../test/build-service.ts'
import { outboxWith } from '../../test/outbox-with.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

it('writes neither order nor event when its transaction breaks half-way, and hides the reason from the client', async () => {
  const outbox = outboxWith(database.url, sql`INSERT INTO hunter2 (id) VALUES (${1})`)
  const { post } = await buildService({ url: database.url, overrides: { outbox } })
  const { status, body, text } = await post({ name: 'never', quantity: 1 })
  expect([status, body.title]).toEqual([500, 'Internal error'])
  expect(text).not.toMatch(/hunter2|stack|\.ts/)
  expect(await database.db('customer_order').where({ name: 'never' })).toEqual([])
})

it('publishes the order with its id as key and the correlation of the request', async () => {
  const committed: Parameters<OneTripOutbox['commit']>[] = []
  const real = createOneTripOutbox({ url: database.url, name: 'order-service' })
  onTestFinished(real.close)
  const outbox: OneTripOutbox = {
    ...real,
    async commit(...args) {
      committed.push(args)
      return real.commit(...args)
    }
  }
  const { post } = await buildService({ url: database.url, overrides: { outbox } })
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const { body: order } = await post({ name: 'joon', quantity: 95 }, { traceparent, 'x-correlation-id': 'cart-7' })
  const event = {
    name: 'order_created',
    aggregate: 'order',
    aggregateId: generatedId,
    aggregateVersion: 1,
    schemaVersion: 1,
    payload: { name: 'joon', quantity: 95 },
    correlationId: 'cart-7',
    traceparent
  }
  expect(committed).toMatchObject([[[{ sql: expect.stringContaining('INSERT INTO customer_order') }], event]])
  expect(await database.db('customer_order').where({ id: order.id })).toMatchObject([{ name: 'joon', quantity: 95 }])
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

it('runs its transactions in UTC, strict, without gap locks, and waits a second for a lock', async () => {
  const settings = sql`INSERT INTO customer_order (name, quantity) VALUES
    (CONCAT_WS(' ', 'session', @@time_zone, @@transaction_isolation, @@innodb_lock_wait_timeout, @@lock_wait_timeout, @@sql_mode), ${1})`
  const { post } = await buildService({
    url: database.url,
    overrides: { outbox: outboxWith(database.url, settings) }
  })
  expect((await post({ name: 'joon', quantity: 1 })).status).toBe(201)
  const [row] = await database.db('customer_order').where('name', 'like', 'session %')
  expect(row.name).toMatch(/^session \+00:00 READ-COMMITTED 1 1 .*STRICT_TRANS_TABLES/)
})
