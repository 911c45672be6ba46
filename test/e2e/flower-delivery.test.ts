import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { execa } from 'execa'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { audit } from '../support/auditor.ts'
import { isAsCatalogueShows } from '../support/catalogue-record.ts'
import { eventually } from '../support/eventually.ts'
import { flowerPeople } from '../support/flower.ts'
import { get, post } from '../support/http.ts'
import { openServiceDatabase } from '../support/open-service-database.ts'
import { schemathesis } from '../support/schemathesis.ts'
import { recordsOf } from '../support/send-again.ts'
import { openSwaggerUi } from '../support/swagger-ui.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'
import { newTraceparent, startTraceReceiver, type TraceReceiver, treeOf } from '../support/trace-receiver.ts'
import { uniqueName } from '../support/unique-name.ts'
import { contractsSuite } from './flower-delivery/contracts-suite.ts'
import { latecomerSuite } from './flower-delivery/latecomer-suite.ts'
import { outagesSuite } from './flower-delivery/outages-suite.ts'
import { pageSuite } from './flower-delivery/page-suite.ts'
import { readmeSuite } from './flower-delivery/readme-suite.ts'
import { rebuildSuite } from './flower-delivery/rebuild-suite.ts'

// The example's own promises, with everything started once.
let pipeline: TestPipeline
let people: ReturnType<typeof flowerPeople>
let receiver: TraceReceiver
const databases: Partial<Record<Name, Knex>> = {}
const services = ['order', 'payment', 'item', 'shop', 'delivery'] as const
type Name = (typeof services)[number]

beforeAll(async () => {
  receiver = await startTraceReceiver()
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url
  process.env['PAYMENT_DEADLINE_MS'] = '900123'
  pipeline = await startTestPipeline({ system: 'flower-delivery' })
  people = flowerPeople(pipeline)
  for (const name of services)
    databases[name] = await openServiceDatabase(pipeline, `flower_${name}`, `${name}_service`)
})
afterAll(async () => {
  await Promise.all(Object.values(databases).map(db => db.destroy()))
  await pipeline?.stop()
  await receiver?.stop()
})

const db = (name: Name): Knex => {
  const found = databases[name]
  if (found === undefined) throw new Error(`The database of ${name} is not open`)
  return found
}
const paymentOf = async (id: number) => (await people.ask('payment', `/payments/${id}`)).body

/** The median of some waits: a busy machine may hold up any one of them. */
const median = (waits: readonly number[]) => waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)]

async function waitFor(seen: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await seen()
  return performance.now() - since
}

readmeSuite(() => ({ pipeline, people }))

it('shows in the running service a setting that the starter got from outside, and the default of another', async () => {
  const { text } = await get(people.url('order', '/metrics'))
  expect(text).toMatch(/^service_setting\{name="PAYMENT_DEADLINE_MS",value="900123",service="order"\} 1$/m)
  expect(text).toMatch(/^service_setting\{name="PAYMENT_FALLBACK",value="defer",service="order"\} 1$/m)
})

it('has an item on the menu within a second of its registration, with price and stock', async () => {
  const waits: number[] = []
  for (let n = 0; n < 5; n++) {
    const item = { itemName: uniqueName('roses'), storeName: 'KJSHOP', itemPrice: 50_000, stockCnt: n }
    const { status, body, headers } = await post(people.url('item', '/items'), item)
    expect([status, headers.get('location')]).toEqual([201, `/items/${body.id}`])
    const shown = { itemId: body.id, ...item, soldOut: n === 0 }
    waits.push(
      await waitFor(() =>
        eventually(async () => expect((await people.ask('order', `/menus/${body.id}`)).body).toEqual(shown))
      )
    )
  }
  expect(median(waits)).toBeLessThan(1000)
})

it('brings an order from its payment to the door, and MyPage shows each step in turn, within a second', async () => {
  const { itemId, itemName } = await people.addItem(5)
  const id = await people.order({ itemId, qty: 3 })
  await people.isListed('shop', id)
  expect(await people.stockOf(itemId)).toBe(2)
  const shown = { orderId: id, itemId, itemName, qty: 3, itemPrice: 50_000, amount: 150_000, paymentStatus: 'PAID' }
  await people.becomes(id, { ...shown, orderStatus: 'PAID', deliveryStatus: null })
  const deliveryStatus = { RECEIVED: null, DECORATED: 'REQUESTED', DEPARTED: 'DEPARTED', COMPLETED: 'COMPLETED' }
  const waits: number[] = []
  await people.bring(id, 'COMPLETED', async orderStatus =>
    waits.push(
      await waitFor(() => people.becomes(id, { ...shown, orderStatus, deliveryStatus: deliveryStatus[orderStatus] }))
    )
  )
  expect(waits.length).toBe(4)
  expect(median(waits)).toBeLessThan(1000)
  expect((await people.ask('order', `/orders/${id}`)).body.orderStatus).toBe('COMPLETED')
  expect((await people.cancel(id)).status).toBe(409)
})

it('cancels an order for which the stock is short, and gives its money back, in one row of payment', async () => {
  const { itemId } = await people.addItem(5)
  const first = await people.order({ itemId, qty: 3 })
  await people.isListed('shop', first)
  const second = await people.order({ itemId, qty: 3 })
  await people.becomes(second, { orderStatus: 'CANCELLED', reason: 'OUT_OF_STOCK', paymentStatus: 'CANCELLED' })
  expect(await paymentOf(second)).toMatchObject({ paymentStatus: 'CANCELLED', amount: 150_000, refunded: 150_000 })
  expect(await db('payment')('payment').where({ order_id: second })).toHaveLength(1)
  expect(await people.stockOf(itemId)).toBe(2)
  expect((await people.ask('shop', `/ordermanagements/${second}`)).status).toBe(404)
  expect(await people.myPage(first)).toMatchObject({ orderStatus: 'PAID', paymentStatus: 'PAID' })
})

it('gives money and stock back for an order that the shop rejects', async () => {
  const { itemId } = await people.addItem(5)
  const id = await people.order({ itemId, qty: 3 })
  await people.reject(id, '리본이 없습니다')
  const rejected = { orderStatus: 'REJECTED', reason: '리본이 없습니다', paymentStatus: 'FORCIBLY_CANCELLED' }
  await people.becomes(id, { ...rejected, cancellation: null })
  expect(await paymentOf(id)).toMatchObject({ paymentStatus: 'FORCIBLY_CANCELLED', refunded: 150_000 })
  await eventually(async () => expect(await people.stockOf(itemId)).toBe(5))
  expect((await people.cancel(id)).status).toBe(409)
})

const refunded = { orderStatus: 'CANCELLED', paymentStatus: 'CANCELLED', cancellation: 'ACCEPTED', reason: 'CUSTOMER' }
const goesOn = { orderStatus: 'DEPARTED', paymentStatus: 'PAID', deliveryStatus: 'DEPARTED', cancellation: 'REFUSED' }

it.concurrent.each([
  ['before it is received', undefined, { ...refunded, deliveryStatus: null }],
  ['before it is decorated', 'RECEIVED', { ...refunded, deliveryStatus: null }],
  ['before the rider leaves', 'DECORATED', { ...refunded, deliveryStatus: 'CANCELLED' }],
  ['after the rider has left, which is refused', 'DEPARTED', goesOn]
] as const)('ends a cancellation well: %s', async (_, reached, shown) => {
  const { itemId } = await people.addItem(5)
  const id = await people.order({ itemId, qty: 2 })
  if (reached === undefined) await people.isListed('shop', id)
  else await people.bring(id, reached)
  const asked = await people.cancel(id)
  expect([asked.status, asked.body.orderStatus]).toEqual([202, 'CANCELLING'])
  await people.becomes(id, shown)
  const isRefused = shown.cancellation === 'REFUSED'
  expect(await paymentOf(id)).toMatchObject({ paymentStatus: shown.paymentStatus, refunded: isRefused ? 0 : 100_000 })
  await eventually(async () => expect(await people.stockOf(itemId)).toBe(isRefused ? 3 : 5))
  if (!isRefused) return expect((await people.cancel(id)).body.orderStatus).toBe('CANCELLED')
  await people.bring(id, 'COMPLETED')
  await people.becomes(id, { orderStatus: 'COMPLETED', deliveryStatus: 'COMPLETED', paymentStatus: 'PAID' })
})

it('keeps Hangul intact in MySQL, PostgreSQL, Kafka and MyPage', async () => {
  const item = { itemName: `장미 세트 ${uniqueName('꽃')}`, storeName: '꽃집 🌹' }
  const names = { ...item, userName: '이기정' }
  const { itemId } = await people.addItem(5, item)
  const id = await people.order({ itemId, userName: names.userName })
  await people.bring(id, 'DECORATED')
  await people.isListed('delivery', id)
  await people.becomes(id, { ...names, orderStatus: 'DECORATED' })
  const inRow = { item_name: names.itemName, store_name: names.storeName, user_name: names.userName }
  expect(await db('order')('customer_order').where({ id }).first()).toMatchObject(inRow)
  for (const [name, table] of [
    ['payment', 'payment'],
    ['shop', 'shop_order'],
    ['delivery', 'delivery'],
    ['order', 'my_page']
  ] as const)
    expect(await db(name)(table).where({ order_id: id }).first(), table).toMatchObject(inRow)
  for (const topic of ['flower.order', 'flower.payment', 'flower.stock', 'flower.shop']) {
    // Debezium writes an emoji as two escapes of JSON.
    const records = await recordsOf(pipeline.stack.kafka, topic)
    const texts = records.map(({ value }) => String(JSON.parse(String(value)).payload))
    for (const each of Object.values(names)) expect(texts.join(), topic).toContain(each)
  }
})

it('refuses what cannot be ordered, and nothing changes', async () => {
  const { itemId } = await people.addItem(5)
  const everything = () =>
    Promise.all([
      db('order')('customer_order').orderBy('id').pluck('id'),
      db('payment')('payment').orderBy('order_id').pluck('order_id')
    ])
  const [orders, payments] = await everything()
  const wishes: readonly (readonly [object, number, string])[] = [
    [{ itemId, qty: '3', userName: 'Kim' }, 400, 'qty'],
    [{ itemId: String(itemId), qty: 3, userName: 'Kim' }, 400, 'itemId'],
    [{ itemId, qty: 0, userName: 'Kim' }, 400, 'qty'],
    [{ itemId, qty: 3, userName: '' }, 400, 'userName'],
    [{ itemId, qty: 3, userName: 'Kim', orderStatus: 'PAID' }, 400, 'orderStatus'],
    [{ itemId, qty: 3, userName: 'Kim', itemPrice: 1 }, 409, 'itemPrice'],
    [{ itemId: 999_999_999, qty: 3, userName: 'Kim' }, 422, 'itemId']
  ]
  for (const [wish, status, field] of wishes) {
    const { status: answered, body } = await post(people.url('order', '/orders'), wish)
    expect([answered, body.errors[0].field], JSON.stringify(wish)).toEqual([status, field])
  }
  for (const answer of [
    await people.put('shop', '/ordermanagements/receive/999999999'),
    await people.put('delivery', '/deliveries/depart/999999999'),
    await people.cancel(999_999_999),
    await people.pay(999_999_999)
  ])
    expect(answer.status).toBe(404)
  const id = await people.order({ itemId })
  await people.isListed('shop', id)
  const tooSoon = await people.put('shop', `/ordermanagements/decorate/${id}`)
  expect(tooSoon.status).toBe(409)
  await people.becomes(id, { orderStatus: 'PAID' })
  expect(await everything()).toEqual([
    [...orders, id],
    [...payments, id]
  ])
})

it('leaves no order, no event and no row of MyPage of a transaction that fails after all its rows were written', async () => {
  const phantom = uniqueName('phantom')
  const { itemId } = await people.addItem(5)
  // The row of the event is inserted and then deleted: here the fault strikes.
  const { host, port, rootPassword: password } = pipeline.stack.mysql
  const connection = { host, port, user: 'root', password, database: 'flower_order' }
  const root = knex({ client: 'mysql2', connection, pool: { min: 1, max: 1 } })
  onTestFinished(() => root.destroy())
  await root.raw('SET sql_log_bin = 0')
  await root.raw(`CREATE TRIGGER strike BEFORE DELETE ON outbox FOR EACH ROW
    IF OLD.payload LIKE '%${phantom}%' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'struck'; END IF`)
  const failed = await people.placeOrder({ itemId, userName: phantom })
  await root.raw('DROP TRIGGER strike')
  expect(failed.status).toBe(500)
  const id = await people.order({ itemId, userName: 'Kim' })
  await people.becomes(id, { orderStatus: 'PAID' })
  expect(await db('order')('customer_order').where({ user_name: phantom })).toEqual([])
  expect(await db('order')('my_page').where({ user_name: phantom })).toEqual([])
  const texts = (await recordsOf(pipeline.stack.kafka, 'flower.order')).map(({ value }) => String(value))
  expect(texts.filter(text => text.includes(phantom))).toEqual([])
})

it('shows an order in one trace and one timeline, from its request at the gateway to the door', async () => {
  const { itemId } = await people.addItem(5)
  const { spanId, traceparent } = newTraceparent()
  const authorization = `Bearer ${await people.token('customer')}`
  const wish = { itemId, qty: 1, userName: 'Kim' }
  // The breaker may still be open from an earlier test; what it refuses is not stored.
  const body = await eventually(async () => {
    const answer = await post(people.url('gateway', '/orders'), wish, { traceparent, authorization })
    expect(answer.status).toBe(201)
    return answer.body
  })
  await people.isPaid(body.id)
  await eventually(() => {
    const tree = treeOf(receiver.spans, spanId).join('\n')
    expect(tree).toMatch(/^gateway: POST \/orders.*\n( +gateway: .*\n)* {4}order: POST \/orders$/m)
    expect(tree).toMatch(/^ +payment: POST \/payments$/m)
    expect(tree).toMatch(/^ +item: process paid\n( +item: .*\n)* +item: COMMIT/m)
    expect(tree).toMatch(/^ +shop: process stock_reserved\n( +shop: .*\n)* +shop: COMMIT/m)
  })
  await people.bring(body.id, 'COMPLETED')
  await eventually(async () => {
    const { stdout, exitCode } = await saga(body.id)
    expect(stdout).toMatch(
      /ordered [^]* paid [^]* stock_reserved [^]* received [^]* decorated [^]* departed_for_delivery [^]* delivery_completed /
    )
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`SETTLED · correlation id ${body.id} ·`)])
  })
})

const saga = (id: number) =>
  execa('node', ['packages/outbox/bin/outboxctl.mjs', 'saga', `order:${id}`], {
    env: { DATA_DIR: pipeline.settings.dir },
    reject: false
  })

const hops = [
  { name: 'paid', database: 'item', effects: 'paid_reservation', table: 'reservation', key: 'order_id' },
  { name: 'stock_reserved', database: 'shop', effects: 'registered_order', table: 'shop_order', key: 'order_id' },
  { name: 'decorated', database: 'delivery', effects: 'requested_delivery', table: 'delivery', key: 'order_id' },
  { name: 'delivery_completed', database: 'order', effects: 'completed_order', table: 'customer_order', key: 'id' }
] as const

it.each(hops)(
  'passes the audit of the hop $name, and fails it when an effect is missing',
  async ({ name, ...made }) => {
    await eventually(async () => expect(await audit(pipeline, name)).toMatchObject({ code: 0, findings: [] }))
    const { counts } = await audit(pipeline, name)
    expect(counts['effects']).toBeGreaterThan(1)
    expect(counts['effects']).toBe(counts['committed'])
    const { database, effects, table, key } = made
    const { order_id: id } = await db(database)(effects).orderBy('order_id', 'desc').first()
    const row = await db(database)(table).where(key, id).first()
    await db(database)(table).where(key, id).delete()
    expect(await audit(pipeline, name)).toMatchObject({ code: 1, findings: [`missing effect ${id}`] })
    await db(database)(table).insert(row)
  }
)

it('says on the console that all is well, with the newest order of each hop delivered', async () => {
  await eventually(async () => {
    const { body } = await get(`${pipeline.addresses['CONSOLE_URL']}/api/flow`)
    expect(body.headline.state, body.headline.text).toBe('ok')
    const newest = body.hops.map(({ name, newest: [first] }: Hop) => [name, first?.delivered])
    expect(newest).toEqual(hops.map(({ name }) => [name, true]))
  })
})
type Hop = { readonly name: string; readonly newest: readonly { readonly delivered: boolean }[] }

it('publishes records as its event catalogue shows them', async () => {
  const catalogue = 'examples/flower-delivery/docs/event-catalogue.md'
  await isAsCatalogueShows(pipeline.stack.kafka, { catalogue, topic: 'flower.order', event: 'ordered' })
})

contractsSuite(() => ({ pipeline, people }))

it('shows every operation of each service in Swagger UI, and runs one there', async context => {
  const browser = await launchBrowser()
  if (typeof browser === 'string') return context.skip(browser)
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  for (const service of services) {
    const { paths } = (await people.ask(service, '/openapi.json')).body
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map(method => `${method.toUpperCase()} ${path}`)
    )
    const { operations, run } = await openSwaggerUi(page, people.url(service, '/docs'))
    expect(operations.toSorted()).toEqual(all.toSorted())
    expect(await run(operations.find(name => name.startsWith('GET ') && !name.includes('{')) ?? '')).toBe('200')
  }
})

latecomerSuite(() => ({ pipeline, people, payments: db('payment') }))
pageSuite(() => pipeline)
rebuildSuite(() => ({ pipeline, people, orders: db('order') }))
outagesSuite(() => ({ pipeline, people, orders: db('order') }))

const findFaults = await schemathesis()

// The last ones: they send whatever the documents allow, and more.
it.skipIf(findFaults === undefined).concurrent.each(services)(
  'answers what its OpenAPI document says, whatever is asked: %s',
  async service => {
    // No document of these can say all that they refuse: a text with a NUL, or an amount that isn't the price times the quantity.
    const refusesMore = service === 'order' || service === 'shop' || service === 'payment'
    expect(await findFaults?.({ document: people.url(service, '/openapi.json'), refusesMore })).toBe('')
  }
)
