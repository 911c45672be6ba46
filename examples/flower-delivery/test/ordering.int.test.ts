import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Fact, type FactName } from '../order/my-page/facts.ts'
import { findMyPage, myPage, recordFact } from '../order/my-page/my-page-store.ts'
import { cancelUnpaid } from '../order/order-store.ts'
import { startOrder } from './start-order.ts'

const roses = { itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000 }
const ordered = { ...roses, itemId: 1, userName: '이기정', qty: 3, amount: 150_000 }

let system: Awaited<ReturnType<typeof startOrder>>
let order: Awaited<ReturnType<typeof system.replica>>
beforeAll(async () => {
  system = await startOrder()
  order = await system.replica()
  system.happen('item', 'item_registered', { aggregateId: 1, aggregateVersion: 1, payload: { ...roses, stockCnt: 5 } })
  await eventually(async () => expect((await order.read('/menus/1')).status).toBe(200))
})
afterAll(() => system?.stop())
beforeEach(() => {
  system.fake.up()
  system.market.beforePayment = async () => undefined
})

const namesOf = async (id: number) => (await system.published(id)).map(({ name }) => name)

async function placed(): Promise<number> {
  const { status, body, text } = await order.place()
  expect([status, body?.orderStatus], text).toEqual([201, 'PAID'])
  return body.id
}

async function pending(): Promise<number> {
  system.fake.down()
  const { status, body, text } = await order.place()
  expect([status, body?.orderStatus], text).toEqual([201, 'PAYMENT_PENDING'])
  system.fake.up()
  return body.id
}

async function becomes(id: number, orderStatus: string, reason: string | null = null): Promise<void> {
  await eventually(async () => expect((await order.read(`/orders/${id}`)).body).toMatchObject({ orderStatus, reason }))
}

it('commits an order and its event before it asks payment', async () => {
  let seen: unknown
  system.market.beforePayment = async ({ orderId }) => {
    const { state } = await system.db('customer_order').where({ id: orderId }).first()
    seen = [state, await namesOf(orderId)]
  }
  const { status, headers, body } = await order.place(roses, { 'X-Actor': 'customer' })
  expect(seen).toEqual(['PAYMENT_PENDING', ['ordered']])
  expect([status, headers.get('location')]).toEqual([201, `/orders/${body.id}`])
  expect(body).toEqual({ id: body.id, ...ordered, orderStatus: 'PAID', reason: null, createdAt: body.createdAt })
  expect((await order.read(`/orders/${body.id}`)).body).toEqual(body)
  expect(await system.published(body.id)).toEqual([
    { name: 'ordered', payload: ordered, correlation_id: String(body.id), traceparent: null, actor: 'customer' }
  ])
  expect(system.fake.paid.get(body.id)).toEqual({ orderId: body.id, ...ordered })
})

it('takes an order whose payment fails, and has it paid later, once', async () => {
  const id = await pending()
  system.fake.down()
  const refused = await order.pay(id)
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true])
  system.fake.up()
  const paid = await order.pay(id)
  expect([paid.status, paid.body.orderStatus]).toEqual([200, 'PAID'])
  expect((await order.pay(id)).body).toEqual(paid.body)
  expect(await namesOf(id)).toEqual(['ordered'])
})

it('is paid by the event, whether it comes before the answer or instead of it', async () => {
  system.market.beforePayment = async ({ orderId }) => {
    system.happen('payment', 'paid', { aggregateId: orderId })
    await becomes(orderId, 'PAID')
    if (fails) system.fake.down()
  }
  let fails = false
  const both = await order.place()
  fails = true
  const lost = await order.place()
  for (const { status, body } of [both, lost]) expect([status, body.orderStatus]).toEqual([201, 'PAID'])
})

it('cancels an order whose payment fails, where the fallback is off', async () => {
  const strict = await system.replica({ PAYMENT_FALLBACK: 'off' })
  expect((await strict.place()).status).toBe(201)
  system.fake.down()
  const refused = await strict.place()
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true])
  const { id } = await system.db('customer_order').orderBy('id', 'desc').first()
  expect(refused.body.detail).toContain(`order ${id} is being cancelled`)
  await becomes(id, 'CANCELLING', 'PAYMENT_UNAVAILABLE')
  expect((await system.published(id)).at(-1)).toMatchObject({
    name: 'order_cancel_requested',
    payload: { reason: 'PAYMENT_UNAVAILABLE' }
  })
  system.happen('payment', 'payment_cancelled', { aggregateId: id, payload: { amount: 0 } })
  await becomes(id, 'CANCELLED', 'PAYMENT_UNAVAILABLE')
  // An event that comes in time beats the lost answer.
  system.market.beforePayment = async ({ orderId }) => {
    system.happen('payment', 'paid', { aggregateId: orderId })
    await becomes(orderId, 'PAID')
  }
  expect(await strict.place()).toMatchObject({ status: 201, body: { orderStatus: 'PAID' } })
  await strict.stop()
})

it('refuses what it cannot read, and knows no other ids', async () => {
  const bad = ['/orders/0', '/myPages/x', '/menus/1.5', '/orders?size=201', '/menus?sort=stockCnt', '/myPages?a=1']
  for (const path of bad) expect((await order.read(path)).status, path).toBe(400)
  for (const path of ['/orders/999999', '/myPages/999999', '/menus/999999'])
    expect((await order.read(path)).status, path).toBe(404)
  for (const { status } of [await order.cancel(999_999), await order.pay(999_999)]) expect(status).toBe(404)
})

it('lets the holder of an order decide on its cancellation, in each state', async () => {
  const unpaid = await pending()
  expect(await order.cancel(unpaid)).toMatchObject({
    status: 202,
    body: { orderStatus: 'CANCELLING', reason: 'CUSTOMER' }
  })
  expect((await order.pay(unpaid)).status).toBe(409)
  system.happen('payment', 'payment_cancelled', { aggregateId: unpaid, payload: { amount: 0 } })
  await becomes(unpaid, 'CANCELLED', 'CUSTOMER')
  expect(await order.cancel(unpaid)).toMatchObject({ status: 202, body: { orderStatus: 'CANCELLED' } })
  expect(await system.published(unpaid)).toMatchObject([
    { name: 'ordered' },
    { name: 'order_cancel_requested', payload: { reason: 'CUSTOMER' } },
    { name: 'order_cancelled', payload: { reason: 'CUSTOMER', itemId: 1, qty: 3 } }
  ])

  const inShop = await placed()
  const first = await order.cancel(inShop)
  expect(await order.cancel(inShop)).toMatchObject({ status: 202, body: first.body })
  system.happen('shop', 'registration_cancelled', { aggregateId: inShop })
  await becomes(inShop, 'CANCELLED', 'CUSTOMER')
  expect(await namesOf(inShop)).toEqual(['ordered', 'order_cancel_requested', 'order_cancelled'])

  const onTheWay = await placed()
  system.happen('delivery', 'departed_for_delivery', { aggregateId: onTheWay })
  await becomes(onTheWay, 'DEPARTED')
  expect((await order.cancel(onTheWay)).status).toBe(202)
  system.happen('delivery', 'delivery_cancel_refused', { aggregateId: onTheWay })
  await becomes(onTheWay, 'DEPARTED')
  system.happen('delivery', 'delivery_completed', { aggregateId: onTheWay })
  await becomes(onTheWay, 'COMPLETED')
  expect((await order.cancel(onTheWay)).status).toBe(409)

  const rejected = await placed()
  system.happen('shop', 'rejected', { aggregateId: rejected, payload: { reason: '장미가 없습니다' } })
  await becomes(rejected, 'REJECTED', '장미가 없습니다')
  expect((await order.cancel(rejected)).status).toBe(409)

  const short = await placed()
  system.happen('stock', 'item_out_of_stock', { aggregateId: short, payload: { itemId: 1, qty: 3 } })
  await becomes(short, 'CANCELLED', 'OUT_OF_STOCK')
  expect((await system.published(short)).at(-1)).toMatchObject({
    payload: { reason: 'OUT_OF_STOCK', itemId: 1, qty: 3 }
  })
})

it('cancels orders that are not paid in time, each once, with several replicas', async () => {
  const ids = []
  for (let count = 0; count < 12; count++) ids.push(await pending())
  const paid = await placed()
  expect(await cancelUnpaid(system.db, { deadlineMs: 300_000, limit: 100 })).toBe(0)
  const hasty = await Promise.all(Array.from({ length: 3 }, () => system.replica({ PAYMENT_DEADLINE_MS: '1' })))
  for (const id of ids) await becomes(id, 'CANCELLING', 'NOT_PAID_IN_TIME')
  for (const each of hasty) await each.stop()
  for (const id of ids) expect(await namesOf(id)).toEqual(['ordered', 'order_cancel_requested'])
  await becomes(paid, 'PAID')
})

it('shows on MyPage what each service has done, whatever came first', async () => {
  const id = await placed()
  const at = (ms: number) => new Date(1_800_000_000_000 + ms)
  for (const [aggregate, name, ms] of [
    ['delivery', 'departed_for_delivery', 5],
    ['shop', 'decorated', 4],
    ['shop', 'received', 3],
    ['payment', 'paid', 2]
  ] as const)
    system.happen(aggregate, name, { aggregateId: id, at: at(ms) })
  await becomes(id, 'DEPARTED')
  expect((await order.read(`/myPages/${id}`)).status).toBe(404)
  for (let twice = 0; twice < 2; twice++)
    system.happen('order', 'ordered', { aggregateId: id, payload: ordered, at: at(1) })
  await eventually(async () =>
    expect((await order.read(`/myPages/${id}`)).body).toEqual({
      orderId: id,
      ...ordered,
      orderStatus: 'DEPARTED',
      paymentStatus: 'PAID',
      deliveryStatus: 'DEPARTED',
      cancellation: null,
      reason: null,
      updatedAt: at(5).toISOString()
    })
  )
  const list = await order.read('/myPages?sort=orderId,desc&size=1')
  expect(list.body).toMatchObject({ items: [{ orderId: id }], page: { number: 0, size: 1 } })
  expect((await order.read('/orders?page=1&size=2&sort=id,desc')).body.items).toHaveLength(2)
})

type Event = { readonly [Name in FactName]: { readonly name: Name; readonly fact: Fact<Name> } }[FactName]
const second = (number: number) => ({ at: new Date(1_800_000_000_000 + number * 1_000) })
const begun: readonly Event[] = [
  { name: 'ordered', fact: { ...ordered, ...second(1) } },
  { name: 'paid', fact: second(2) },
  { name: 'order_cancel_requested', fact: { cancelRequestReason: 'CUSTOMER', ...second(4) } }
]
const cancelled: readonly Event[] = [
  { name: 'registration_cancelled', fact: second(5) },
  { name: 'order_cancelled', fact: { cancelReason: 'CUSTOMER', ...second(6) } },
  { name: 'payment_cancelled', fact: { refunded: 150_000, ...second(7) } }
]
const refused: readonly Event[] = [
  { name: 'departed_for_delivery', fact: second(3) },
  { name: 'delivery_cancel_refused', fact: second(5) },
  { name: 'order_cancel_requested', fact: { cancelRequestReason: 'asked again', ...second(7) } }
]

it.each([
  [cancelled, { orderStatus: 'CANCELLED', paymentStatus: 'CANCELLED', deliveryStatus: null, cancellation: 'ACCEPTED' }],
  [refused, { orderStatus: 'DEPARTED', paymentStatus: 'PAID', deliveryStatus: 'DEPARTED', cancellation: 'REFUSED' }]
])('writes the same row of MyPage for the events of an order in any order (%#)', async (end, status) => {
  const events = [...begun, ...end]
  for (let round = 0; round < 10; round++) {
    const orderId = 1_000_000 + events.length * round + (end === refused ? 1 : 0)
    const shuffled = [...events, ...events]
      .map(event => ({ event, rank: Math.random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ event }) => event)
    for (const event of shuffled) await system.db.transaction(trx => recordFact(trx, myPage, { ...event, orderId }))
    const updatedAt = end === refused ? second(5).at : second(7).at
    expect(await findMyPage(system.db, orderId), shuffled.map(({ name }) => name).join()).toEqual({
      orderId,
      ...ordered,
      ...status,
      reason: 'CUSTOMER',
      updatedAt
    })
  }
})

it('shows price and stock of an item as its newest event tells them', async () => {
  const change = (aggregateVersion: number, stockCnt: number, itemPrice: number) =>
    system.happen('item', 'stock_changed', { aggregateId: 2, aggregateVersion, payload: { stockCnt, itemPrice } })
  change(3, 0, 60_000)
  change(2, 7, 55_000)
  const names = { itemName: '튤립', storeName: 'KJSHOP' }
  const payload = { ...names, itemPrice: 50_000, stockCnt: 5 }
  system.happen('item', 'item_registered', { aggregateId: 2, aggregateVersion: 1, payload })
  const tulips = { itemId: 2, ...names, itemPrice: 60_000, stockCnt: 0, soldOut: true }
  await eventually(async () => expect((await order.read('/menus/2')).body).toEqual(tulips))
  expect((await order.place({ itemId: 2, itemPrice: 55_000 })).status).toBe(409)
  change(4, 1, 60_000)
  await eventually(async () =>
    expect((await order.read('/menus/2')).body).toMatchObject({ stockCnt: 1, soldOut: false })
  )
  expect(
    (await order.read('/menus?sort=itemId,desc')).body.items.map((item: { itemId: number }) => item.itemId)
  ).toEqual([2, 1])
})
