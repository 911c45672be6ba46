import { randomUUID } from 'node:crypto'
import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { appendToOutbox, defineEvent } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { auditBothHops, showsBothHops } from '../support/both-hops.ts'
import { isAsCatalogueShows } from '../support/catalogue-record.ts'
import { hasReadAll, rewind, sizeOf } from '../support/consumer-groups.ts'
import { eventually } from '../support/eventually.ts'
import { followStuckSaga } from '../support/follow-stuck-saga.ts'
import { showsMissingAnswer, showsSettledSaga } from '../support/saga-in-terminal.ts'
import { get, post } from '../support/http.ts'
import { openServiceDatabase } from '../support/open-service-database.ts'
import { curlCommands, runAt, withoutTimes } from '../support/readme-commands.ts'
import { recordsOf, sendAgain } from '../support/send-again.ts'
import { schemathesis } from '../support/schemathesis.ts'
import { openSwaggerUi } from '../support/swagger-ui.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'
import { verifyRecords } from '../support/verify-records.ts'
import { twoBrokersSuite } from './two-brokers/suite.ts'

// The example's own promises, with everything started once.
let pipeline: TestPipeline
const databases: { customers?: Knex; orders?: Knex } = {}
beforeAll(async () => {
  pipeline = await startTestPipeline({ system: 'customers-and-orders' })
  databases.customers = await openServiceDatabase(pipeline, 'customers', 'customer_service')
  databases.orders = await openServiceDatabase(pipeline, 'customer_orders', 'order_service')
})
afterAll(async () => {
  await Promise.all([databases.customers?.destroy(), databases.orders?.destroy()])
  await pipeline?.stop()
})

const services = ['customer-service', 'order-service'] as const
type Name = (typeof services)[number]
const url = (service: Name, path: string) => `http://127.0.0.1:${pipeline.settings.ports[service]}${path}`
const part = (service: Name) => {
  const found = pipeline.services.get(service)
  if (found === undefined) throw new Error(`There is no ${service}`)
  return found
}

async function register(creditLimit: string | number): Promise<number> {
  const { status, body, text } = await post(url('customer-service', '/customers'), { name: 'Kim', creditLimit })
  expect(status, text).toBe(201)
  return body.id
}

async function place(customerId: number, orderTotal: string | number): Promise<number> {
  const { status, body, text } = await post(url('order-service', '/orders'), { customerId, orderTotal })
  expect([status, body?.state], text).toEqual([201, 'PENDING'])
  return body.id
}

const readOrder = async (id: number) => (await get(url('order-service', `/orders/${id}`))).body
const readCustomer = async (id: number) => (await get(url('customer-service', `/customers/${id}`))).body
const cancel = async (id: number) => (await post(url('order-service', `/orders/${id}/cancel`), {})).status

/** Waits until the order is in that state; returns it. */
const becomes = (id: number, state: string) =>
  eventually(async () => {
    const order = await readOrder(id)
    expect(order?.state).toBe(state)
    return order
  })

const settled = (id: number) =>
  eventually(async () => {
    const order = await readOrder(id)
    expect(['APPROVED', 'REJECTED', 'CANCELLED']).toContain(order?.state)
    return order
  })

it('answers the commands of its README as the README shows', async () => {
  const commands = await curlCommands('examples/customers-and-orders/README.md')
  expect(commands.length).toBe(12)
  for (const { command, output } of commands) {
    await eventually(async () => {
      const answer = withoutTimes(await runAt(pipeline.settings, command)).replaceAll(/[0-9a-f-]{36}/g, 'ID')
      for (const line of output) expect(answer).toContain(withoutTimes(line).replaceAll(/[0-9a-f-]{36}/g, 'ID'))
    })
  }
})

it('approves what fits, also to the last cent, and rejects the rest with the reason', async () => {
  const customer = await register(10_000)
  const first = await place(customer, 4_000)
  await becomes(first, 'APPROVED')
  expect(await readCustomer(customer)).toMatchObject({ reserved: '4000.00', available: '6000.00' })
  expect((await becomes(await place(customer, '6000.01'), 'REJECTED')).reason).toBe('CREDIT_LIMIT_EXCEEDED')
  expect(await readCustomer(customer)).toMatchObject({ creditLimit: '10000.00', available: '6000.00' })
  await becomes(await place(customer, '6000.00'), 'APPROVED')
  expect(await readCustomer(customer)).toMatchObject({ reserved: '10000.00', available: '0.00' })
  expect((await readOrder(first)).history.map(({ state, cause }: Record<string, string>) => [state, cause])).toEqual([
    ['PENDING', 'place'],
    ['APPROVED', 'customer_credit_reserved']
  ])
})

it('rejects the order of a customer that does not exist, and one whose event holds no amount', async () => {
  expect((await becomes(await place(999_999, 1), 'REJECTED')).reason).toBe('UNKNOWN_CUSTOMER')
  const id = await insertOrder(await register(100), { orderTotal: '-5' })
  expect((await becomes(id, 'REJECTED')).reason).toBe('INVALID_AMOUNT')
})

it('refuses bad requests with a problem that names the field, and publishes nothing', async () => {
  await allSettled()
  const before = await topicSizes()
  const amounts = [0, -1, 0.5, 1e20, '0', '-1', '0.001', '1e3', 'ten', '', null, true, [1], { amount: 1 }]
  for (const orderTotal of amounts) {
    const { status, body } = await post(url('order-service', '/orders'), { customerId: 1, orderTotal })
    expect([status, body.errors[0].field], JSON.stringify(orderTotal)).toEqual([400, 'orderTotal'])
    const customer = await post(url('customer-service', '/customers'), { name: 'Kim', creditLimit: orderTotal })
    expect([customer.status, customer.body.errors[0].field]).toEqual([400, 'creditLimit'])
  }
  const unknownField = await post(url('order-service', '/orders'), { customerId: 1, orderTotal: 1, state: 'APPROVED' })
  expect([unknownField.status, unknownField.body.errors[0].field]).toEqual([400, 'state'])
  for (const customerId of [0, -1, 1.5, '1', null]) {
    const { status, body } = await post(url('order-service', '/orders'), { customerId, orderTotal: 1 })
    expect([status, body.errors[0].field]).toEqual([400, 'customerId'])
  }
  expect((await get(url('order-service', '/orders/999999999'))).status).toBe(404)
  expect(await cancel(999_999_999)).toBe(404)
  expect((await get(url('customer-service', '/customers/999999999/orders'))).status).toBe(404)
  expect(await topicSizes()).toEqual(before)
})

it('publishes records that keep the contracts between both services', async () => {
  const customer = await register(100)
  const approved = await place(customer, 40)
  await becomes(approved, 'APPROVED')
  await verifyRecords(pipeline, {
    order_created: async () => approved,
    async order_cancelled() {
      expect(await cancel(approved)).toBe(200)
      return approved
    },
    customer_credit_reserved: async () => approved,
    customer_credit_limit_exceeded: () => place(customer, 101),
    customer_validation_failed: () => place(999_999, 1)
  })
})

it('cancels an approved order and releases its credit, once', async () => {
  const customer = await register(100)
  const id = await place(customer, 60)
  await becomes(id, 'APPROVED')
  expect(await cancel(id)).toBe(200)
  await eventually(async () => expect(await readCustomer(customer)).toMatchObject({ available: '100.00' }))
  expect(await cancel(id)).toBe(409)
  const rejected = await place(customer, 101)
  await becomes(rejected, 'REJECTED')
  expect(await cancel(rejected)).toBe(409)
  const { body } = await get(url('customer-service', `/customers/${customer}/orders`))
  expect(body.items.map(({ orderId, state }: Record<string, unknown>) => [orderId, state])).toEqual([
    [rejected, 'REJECTED'],
    [id, 'CANCELLED']
  ])
})

it('takes orders and cancellations while customer-service is down, and settles them when it is back', async () => {
  const customer = await register(100)
  await part('customer-service').stop()
  const [kept, cancelled, tooLarge] = [await place(customer, 40), await place(customer, 50), await place(customer, 101)]
  expect(await cancel(cancelled)).toBe(202)
  expect(await cancel(cancelled)).toBe(202)
  expect(await cancel(tooLarge)).toBe(202)
  expect((await readOrder(cancelled)).state).toBe('CANCEL_PENDING')
  await part('customer-service').start()
  await becomes(kept, 'APPROVED')
  await becomes(cancelled, 'CANCELLED')
  expect((await becomes(tooLarge, 'REJECTED')).reason).toBe('CREDIT_LIMIT_EXCEEDED')
  await eventually(async () => expect(await readCustomer(customer)).toMatchObject({ reserved: '40.00' }))
})

it('shows in the console which service is silent and which event is missing, until it comes', async context => {
  const browser = await launchBrowser()
  if (typeof browser === 'string') return context.skip(browser)
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ locale: 'en-GB' })
  page.setDefaultTimeout(120_000)
  const customer = await register(100)
  await part('customer-service').stop()
  const orderId = await place(customer, 40)
  const startService = () => part('customer-service').start()
  await followStuckSaga(page, { url: pipeline.addresses['CONSOLE_URL'] ?? '', orderId, startService })
})

it('shows in outboxctl saga how an order was settled, and which service owes the missing answer', async () => {
  const customer = await register(100)
  await showsSettledSaga(pipeline.settings.dir, await place(customer, 40))
  await part('customer-service').stop()
  const stuck = await place(customer, 50)
  await showsMissingAnswer(pipeline.settings.dir, stuck)
  await part('customer-service').start()
  await showsSettledSaga(pipeline.settings.dir, stuck)
})

it('settles an order whose service was killed after its commit and missed the answer', async () => {
  const customer = await register(100)
  await part('customer-service').stop()
  const id = await place(customer, 40)
  await part('order-service').kill()
  await part('customer-service').start()
  await eventually(async () => expect(await readCustomer(customer)).toMatchObject({ reserved: '40.00' }))
  await part('order-service').start()
  await becomes(id, 'APPROVED')
})

it('approves at most the limit of fifty orders at once, and rejects none that still fitted', async () => {
  const customer = await register(1_000)
  const totals = Array.from({ length: 50 }, (_, n) => 10 + ((n * 37) % 90))
  const ids = await Promise.all(totals.map(total => place(customer, total)))
  await Promise.all(ids.map(settled))
  const rows = await databases.customers?.('reservation').where({ customer_id: customer }).orderBy('decided_at')
  expect(rows?.length).toBe(50)
  let left = 100_000n
  for (const { order_total: total, state } of rows ?? []) {
    if (state === 'APPROVED') left -= BigInt(total)
    else expect(BigInt(total)).toBeGreaterThan(left)
    expect(left).toBeGreaterThanOrEqual(0n)
  }
  expect(await readCustomer(customer)).toMatchObject({ available: `${left / 100n}.00` })
})

it('passes the audit of both hops, and fails that of the answers with the id of an order that missed one', async () => {
  await allSettled()
  await auditBothHops(pipeline, databases.orders)
})

it('shows both hops on the console, and keeps the chosen one from screen to screen', async context => {
  const problem = await showsBothHops(pipeline)
  if (problem !== undefined) context.skip(problem)
})

it('changes nothing when every message is delivered twice, or the topics are read again from the beginning', async () => {
  await allSettled()
  const before = await everyRow()
  const sizes = await topicSizes()
  await rereadTopics(async () => {
    await sendAgain(pipeline.stack.kafka, 'orderTopic')
    await sendAgain(pipeline.stack.kafka, 'customerTopic')
  })
  expect(await everyRow()).toEqual(before)
  expect(await topicSizes()).toEqual(sizes.map(size => 2 * size))
})

it('changes nothing when both inboxes are lost and the topics are read again', async () => {
  const [before, sizes] = [await everyRow(), await topicSizes()]
  await rereadTopics(() => Promise.all([databases.customers?.('inbox').delete(), databases.orders?.('inbox').delete()]))
  expect(await everyRow()).toEqual(before)
  expect(await topicSizes()).toEqual(sizes)
})

it('parks a poison event with the later events of its order, and settles every other order', async () => {
  const customer = await register(100)
  const poisoned = await insertOrder(customer, { orderTotal: 7 })
  const after = await place(customer, 30)
  await becomes(after, 'APPROVED')
  await eventually(async () => {
    const { text } = await get(url('customer-service', '/metrics'))
    expect(text).toContain('parked_keys{service="customer-service"} 1')
  })
  expect((await readOrder(poisoned)).state).toBe('PENDING')
  expect(await readCustomer(customer)).toMatchObject({ reserved: '30.00' })
})

it('publishes records as its event catalogue shows them', async () => {
  const catalogue = 'examples/customers-and-orders/docs/event-catalogue.md'
  await isAsCatalogueShows(pipeline.stack.kafka, { catalogue, topic: 'orderTopic', event: 'order_created' })
})

it('shows every operation in Swagger UI, at /docs and under the original path, and runs them there', async context => {
  const browser = await launchBrowser()
  if (typeof browser === 'string') return context.skip(browser)
  const page = await browser.newPage()
  for (const service of services) {
    const { operations, run } = await openSwaggerUi(page, url(service, '/docs'))
    expect(await run(operations.find(each => each.startsWith('GET')) ?? '', { id: 1 })).toBe('200')
    const original = await openSwaggerUi(page, url(service, `/customer-order/${service}/swagger-ui`))
    expect(operations.length).toBe(3)
    expect(original.operations).toEqual(operations)
    for (const operation of operations) {
      // Order 1 is cancelled already by the commands of the README.
      expect(await original.run(operation, operation.includes('{id}') ? { id: 1 } : {})).toMatch(/^(200|201|409)/)
    }
  }
  await browser.close()
})

twoBrokersSuite(() => {
  const { customers, orders } = databases
  if (customers === undefined || orders === undefined) throw new Error('The databases are not open')
  const records = (topic: string) => recordsOf(pipeline.stack.kafka, topic)
  return { pipeline, customers, orders, recordsOf: records }
})

const readers = [
  { groupId: 'customer-service', topic: 'orderTopic' },
  { groupId: 'order-service', topic: 'customerTopic' }
] as const

/** Stops both services, lets them read both topics from the beginning, and waits until they have. */
async function rereadTopics(meanwhile: () => Promise<unknown>): Promise<void> {
  await Promise.all([part('customer-service').stop(), part('order-service').stop()])
  await meanwhile()
  for (const reader of readers) await rewind(pipeline.stack.kafka, reader)
  await Promise.all([part('customer-service').start(), part('order-service').start()])
  await allSettled()
}

/** How many records each of the two topics has. */
const topicSizes = () => Promise.all(readers.map(({ topic }) => sizeOf(pipeline.stack.kafka, topic)))

/** Waits until every order is final, and has its events in Kafka, and both services have read all that there is. */
const allSettled = () =>
  eventually(async () => {
    const [{ events = 0 } = {}] = (await databases.orders?.('customer_order').sum({ events: 'events' })) ?? []
    expect(await sizeOf(pipeline.stack.kafka, 'orderTopic')).toBeGreaterThanOrEqual(Number(events))
    for (const reader of readers) await hasReadAll(pipeline.stack.kafka, reader)
    expect(await databases.orders?.('customer_order').whereIn('state', ['PENDING', 'CANCEL_PENDING'])).toEqual([])
  })

/** Everything that the two services know. */
const everyRow = () =>
  Promise.all([
    databases.customers?.('customer').orderBy('id'),
    databases.customers?.('reservation').orderBy('order_id'),
    databases.orders?.('customer_order').orderBy('id'),
    databases.orders?.('order_change').orderBy('id')
  ])

/** An order whose event says what the API never lets through, as from a service with a mistake. */
async function insertOrder(customerId: number, { orderTotal }: { readonly orderTotal: unknown }): Promise<number> {
  const created = defineEvent({
    name: 'order_created',
    aggregate: 'order',
    version: 1,
    payload: z.object({ customerId: z.int(), orderTotal: z.unknown() })
  })
  const insert = databases.orders?.transaction(async trx => {
    const order = { customer_id: customerId, order_total: 700, state: 'PENDING', events: 1 }
    const [id = 0] = await trx('customer_order').insert(order)
    await trx('order_change').insert({ order_id: id, cause: 'place', state: 'PENDING' })
    const event = { aggregateId: id, payload: { customerId, orderTotal }, correlationId: randomUUID() }
    await appendToOutbox(trx, created(event))
    return id
  })
  return insert ?? 0
}

const findFaults = await schemathesis()

// The last one: it sends whatever the documents allow, and more.
it.skipIf(findFaults === undefined).each(services)(
  'answers what its OpenAPI document says, whatever is asked: %s',
  async service => {
    expect(await findFaults?.({ document: url(service, '/openapi.json') })).toBe('')
  }
)
