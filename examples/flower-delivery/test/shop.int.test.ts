import { afterAll, beforeAll, expect, it } from 'vitest'
import { stockEvents } from '../item/events.ts'
import { configSchema, createService } from '../shop/service.ts'
import { cancelRequested } from './sent-events.ts'
import { startOnMysql } from './start-on-mysql.ts'

const topics = ['flower.stock', 'flower.order']

let shop: Awaited<ReturnType<typeof startOnMysql>>
beforeAll(async () => {
  shop = await startOnMysql({ folder: 'shop', group: 'flower-shop', topics, configSchema, createService })
})
afterAll(() => shop?.stop())

const bouquet = { itemId: 7, itemName: '장미 한 다발 🌹', storeName: '꽃집 KJSHOP', userName: '이기정', qty: 3 }

let orders = 0
const newOrder = () => ++orders

const register = (order: number) =>
  shop.send('flower.stock', stockEvents.stock_reserved({ aggregateId: order, payload: bouquet }))
const cancel = (order: number) =>
  shop.send('flower.order', cancelRequested({ aggregateId: order, payload: { reason: 'CUSTOMER' } }))

const read = (order: number) => shop.get(`/ordermanagements/${order}`)
const receive = (order: number) => shop.put(`/ordermanagements/receive/${order}`)
const decorate = (order: number) => shop.put(`/ordermanagements/decorate/${order}`)
const reject = (order: number, reason = '리본이 떨어졌어요') =>
  shop.put(`/ordermanagements/reject/${order}`, { reason })

const statusOf = async (order: number) => (await read(order)).body.ordermanagementStatus
const eventsOf = async (order: number) => (await shop.published('shop', order)).map(({ event }) => event)

/** An order that waits for the owner. */
async function waiting(): Promise<number> {
  const order = newOrder()
  register(order)
  await shop.settle()
  return order
}

it('lists an order whose stock is reserved, and hands it over step by step', async () => {
  const order = await waiting()
  const row = { orderId: order, ...bouquet, ordermanagementStatus: 'WAITING', reason: null }
  expect(await read(order)).toMatchObject({ status: 200, body: row })
  const { body: list } = await shop.get('/ordermanagements?status=WAITING&sort=orderId,desc&size=1')
  expect(list).toMatchObject({ items: [row], page: { number: 0, size: 1 } })
  expect(await eventsOf(order)).toEqual([])

  expect(await receive(order)).toMatchObject({ status: 200, body: { ...row, ordermanagementStatus: 'RECEIVED' } })
  expect(await decorate(order)).toMatchObject({ status: 200, body: { ...row, ordermanagementStatus: 'DECORATED' } })
  const { itemId: _, ...handedOver } = bouquet
  const about = { aggregate: 'shop', aggregateId: order, correlationId: String(order) }
  expect(await shop.published('shop', order)).toMatchObject([
    { ...about, event: 'received', version: 1, payload: {} },
    { ...about, event: 'decorated', version: 2, payload: handedOver }
  ])
  const { body: waitingOnes } = await shop.get('/ordermanagements?status=WAITING')
  expect(waitingOnes.items).toEqual([])
  expect(await shop.db('registered_order').where({ order_id: order })).toMatchObject([{ qty: 3 }])
  expect(await shop.db('decorated_order').where({ order_id: order })).toMatchObject([{ item_name: bouquet.itemName }])
})

it('answers a repeated command as before, and publishes nothing more', async () => {
  const [order, other] = [await waiting(), await waiting()]
  const once = await Promise.all([receive(order), receive(order), receive(order)])
  for (const { status, body } of once) expect([status, body]).toEqual([200, once[0]?.body])
  const twice = [await decorate(order), await decorate(order)]
  expect(twice[1]?.body).toEqual(twice[0]?.body)
  expect(await eventsOf(order)).toEqual(['received', 'decorated'])

  expect(await reject(other)).toMatchObject({ status: 200, body: { reason: '리본이 떨어졌어요' } })
  expect(await reject(other, 'Another reason')).toMatchObject({ status: 200, body: { reason: '리본이 떨어졌어요' } })
  expect(await shop.published('shop', other)).toMatchObject([
    { event: 'rejected', version: 1, payload: { reason: '리본이 떨어졌어요' }, correlationId: String(other) }
  ])
})

it('refuses a command that is not possible now, says why, and changes nothing', async () => {
  const [fresh, done, gone] = [await waiting(), await waiting(), await waiting()]
  await receive(done)
  await decorate(done)
  await reject(gone)
  const before = await shop.db('published')
  const refused = await decorate(fresh)
  expect([refused.status, refused.body.type]).toEqual([409, 'urn:problem-type:wrong-state'])
  expect(refused.body.detail).toBe(`Order ${fresh} is WAITING and can't be decorated`)
  for (const answer of [await receive(done), await reject(done), await receive(gone), await decorate(gone)])
    expect(answer.status).toBe(409)
  for (const answer of [await receive(999_999), await decorate(999_999), await reject(999_999), await read(999_999)])
    expect(answer.status).toBe(404)
  expect(await shop.db('published')).toEqual(before)
  expect([await statusOf(fresh), await statusOf(done), await statusOf(gone)]).toEqual([
    'WAITING',
    'DECORATED',
    'REJECTED'
  ])
})

it('cancels an order that is not decorated yet, and leaves one that is to the rider', async () => {
  const [fresh, received, decorated, rejected] = [await waiting(), await waiting(), await waiting(), await waiting()]
  for (const order of [received, decorated]) await receive(order)
  await decorate(decorated)
  await reject(rejected)
  for (const order of [fresh, received, decorated, rejected]) {
    cancel(order)
    cancel(order)
  }
  await shop.settle()
  expect(await Promise.all([fresh, received, decorated, rejected].map(statusOf))).toEqual([
    'CANCELLED',
    'CANCELLED',
    'DECORATED',
    'REJECTED'
  ])
  expect(await shop.published('shop', fresh)).toMatchObject([{ event: 'registration_cancelled', payload: {} }])
  expect(await eventsOf(received)).toEqual(['received', 'registration_cancelled'])
  expect(await eventsOf(decorated)).toEqual(['received', 'decorated'])
  expect(await eventsOf(rejected)).toEqual(['rejected'])
  expect((await receive(fresh)).status).toBe(409)
})

it('cancels an order that its cancellation has overtaken, and does not list it before', async () => {
  const order = newOrder()
  cancel(order)
  await shop.settle()
  expect((await read(order)).status).toBe(404)
  const { body } = await shop.get('/ordermanagements?sort=orderId,desc&size=1')
  expect(body.items.map(({ orderId }: { orderId: number }) => orderId)).not.toContain(order)
  const refused = await receive(order)
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    `Order ${order} is not here yet, and will be cancelled when it comes`
  ])
  expect(await eventsOf(order)).toEqual([])

  for (let time = 0; time < 2; time++) register(order)
  cancel(order)
  await shop.settle()
  expect((await read(order)).body).toMatchObject({ ...bouquet, ordermanagementStatus: 'CANCELLED' })
  expect(await shop.published('shop', order)).toMatchObject([{ event: 'registration_cancelled', version: 1 }])
})

it('cancels each order once when it comes together with its cancellation', async () => {
  const all = Array.from({ length: 30 }, newOrder)
  for (const order of all) {
    register(order)
    cancel(order)
  }
  await shop.settle()
  expect(await shop.parked()).toEqual([])
  const published = await shop.published('shop', ...all)
  expect(published.map(({ aggregateId }) => aggregateId).toSorted((a, b) => a - b)).toEqual(all)
  expect(new Set(published.map(({ event }) => event))).toEqual(new Set(['registration_cancelled']))
})

it('either hands an order over or cancels it when both are wanted at the same time', async () => {
  const all = Array.from({ length: 10 }, newOrder)
  for (const order of all) register(order)
  await shop.settle()
  await Promise.all(all.map(receive))
  const answers = await Promise.all(
    all.map(order => {
      cancel(order)
      return decorate(order)
    })
  )
  await shop.settle()
  for (const [index, order] of all.entries()) {
    const isDecorated = answers[index]?.status === 200
    expect(await eventsOf(order)).toEqual(['received', isDecorated ? 'decorated' : 'registration_cancelled'])
    expect(await statusOf(order)).toBe(isDecorated ? 'DECORATED' : 'CANCELLED')
  }
})

it('refuses bad input with a problem, and changes nothing', async () => {
  const order = await waiting()
  for (const reason of ['', ' ', '꽃'.repeat(256), 1, null, undefined])
    expect((await shop.put(`/ordermanagements/reject/${order}`, { reason })).status).toBe(400)
  expect((await shop.put(`/ordermanagements/reject/${order}`)).status).toBe(400)
  for (const path of ['0', '-1', 'x', '1e3'])
    for (const command of ['', 'receive/', 'decorate/'])
      expect((await shop.put(`/ordermanagements/${command}${path}`)).status).toBe(command === '' ? 405 : 400)
  for (const query of ['status=CANCEL_ASKED', 'status=waiting', 'size=0', 'sort=events', 'page=x', 'before=1'])
    expect((await shop.get(`/ordermanagements?${query}`)).status, query).toBe(400)
  expect(await statusOf(order)).toBe('WAITING')
  expect(await eventsOf(order)).toEqual([])
})
