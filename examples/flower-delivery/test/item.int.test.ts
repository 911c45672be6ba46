import type { OutboundEvent } from '@outbox-cdc/outbox'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configSchema, createService } from '../item/service.ts'
import { shopEvents } from '../shop/events.ts'
import { cancelled, paid } from './sent-events.ts'
import { startOnMysql } from './start-on-mysql.ts'

const topics = ['flower.payment', 'flower.order', 'flower.shop']

let item: Awaited<ReturnType<typeof startOnMysql>>
beforeAll(async () => {
  item = await startOnMysql({ folder: 'item', group: 'flower-item', topics, configSchema, createService })
})
afterAll(() => item?.stop())

const roses = { itemName: '장미 한 다발 🌹', storeName: '꽃집 KJSHOP', itemPrice: 50_000, stockCnt: 5 }

async function register(wishes: Readonly<Record<string, unknown>> = {}): Promise<number> {
  const { status, body, text } = await item.post('/items', { ...roses, ...wishes })
  expect(status, text).toBe(201)
  return body.id
}

const stockOf = async (id: number): Promise<number> => (await item.get(`/items/${id}`)).body.stockCnt
const stateOf = async (order: number) => item.db('reservation').where({ order_id: order }).first('state', 'item_id')

let orders = 0
const newOrder = () => ++orders

type Wishes = { readonly itemId: number; readonly qty: number; readonly messageId?: string }
const paidFor = (order: number, { itemId, qty, messageId }: Wishes) => {
  const { itemName, storeName, itemPrice } = roses
  const payload = { itemId, itemName, storeName, userName: '이기정', qty, itemPrice, amount: qty * itemPrice }
  return paid({ aggregateId: order, correlationId: String(order), messageId, payload })
}
const cancelledFor = (order: number, itemId: number) =>
  cancelled({ aggregateId: order, payload: { reason: 'CUSTOMER', itemId, qty: 3 } })
const rejectedFor = (order: number) => shopEvents.rejected({ aggregateId: order, payload: { reason: '리본' } })

const pay = (event: OutboundEvent) => item.send('flower.payment', event)
const cancel = (event: OutboundEvent) => item.send('flower.order', event)
const reject = (event: OutboundEvent) => item.send('flower.shop', event)

it('registers an item and announces it, with its names as they were sent', async () => {
  const { status, headers, body } = await item.post('/items', roses)
  expect([status, headers.get('location'), body]).toEqual([201, `/items/${body.id}`, { id: body.id, ...roses }])
  expect((await item.get(`/items/${body.id}`)).body).toEqual(body)
  const about = { event: 'item_registered', aggregate: 'item', aggregateId: body.id, version: 1, payload: roses }
  expect(await item.published('item', body.id)).toMatchObject([about])
})

it('takes the stock of an order that was paid, and of the next one nothing because it is short', async () => {
  const [id, first, second] = [await register(), newOrder(), newOrder()]
  const event = paidFor(first, { itemId: id, qty: 3 })
  pay(event)
  await item.settle()
  expect(await stockOf(id)).toBe(2)
  pay(paidFor(second, { itemId: id, qty: 3 }))
  await item.settle()
  expect(await stockOf(id)).toBe(2)
  const { itemName, storeName } = roses
  const cause = { correlationId: String(first), causationId: event.messageId, version: 1, aggregateId: first }
  const payload = { itemId: id, qty: 3 }
  expect(await item.published('stock', first, second)).toMatchObject([
    { ...cause, event: 'stock_reserved', payload: { ...payload, itemName, storeName, userName: '이기정' } },
    { event: 'item_out_of_stock', aggregateId: second, version: 1, payload }
  ])
  expect(await item.published('item', id)).toMatchObject([
    { event: 'item_registered', version: 1 },
    { event: 'stock_changed', version: 2, payload: { stockCnt: 2, itemPrice: 50_000 }, correlationId: String(first) }
  ])
  const decided = await item.db('paid_reservation').whereIn('order_id', [first, second])
  const reserved = await item.db('reserved_stock').whereIn('order_id', [first, second])
  expect([decided.length, reserved.length]).toEqual([2, 1])
})

it('takes the stock of an order once, however often it hears that it was paid', async () => {
  const [id, order] = [await register(), newOrder()]
  const event = paidFor(order, { itemId: id, qty: 2 })
  for (const each of [event, event, paidFor(order, { itemId: id, qty: 2 })]) pay(each)
  await item.settle()
  expect(await stockOf(id)).toBe(3)
  expect(await item.published('stock', order)).toHaveLength(1)
})

it('gives the last flowers to as many orders as they are enough for, and to no more', async () => {
  const id = await register({ stockCnt: 7 })
  const all = Array.from({ length: 30 }, newOrder)
  for (const order of all) pay(paidFor(order, { itemId: id, qty: 2 }))
  await item.settle()
  expect(await stockOf(id)).toBe(1)
  const events = (await item.published('stock', ...all)).map(({ event }) => event)
  expect(events.filter(event => event === 'stock_reserved')).toHaveLength(3)
  expect(events.filter(event => event === 'item_out_of_stock')).toHaveLength(27)
  const versions = (await item.published('item', id)).map(({ version }) => version)
  expect(versions).toEqual([1, 2, 3, 4])
})

it('gives back once what an order took that was cancelled or rejected, and nothing that it did not take', async () => {
  const id = await register()
  const [one, other, short] = [newOrder(), newOrder(), newOrder()]
  pay(paidFor(one, { itemId: id, qty: 3 }))
  await item.settle()
  pay(paidFor(other, { itemId: id, qty: 2 }))
  await item.settle()
  pay(paidFor(short, { itemId: id, qty: 1 }))
  await item.settle()
  expect(await stockOf(id)).toBe(0)

  for (const order of [one, one, short]) cancel(cancelledFor(order, id))
  for (const order of [other, other, one]) reject(rejectedFor(order))
  await item.settle()
  expect(await stockOf(id)).toBe(5)
  const eventsOf = async (order: number) => (await item.published('stock', order)).map(({ event }) => event)
  expect(await eventsOf(one)).toEqual(['stock_reserved', 'stock_released'])
  expect(await eventsOf(other)).toEqual(['stock_reserved', 'stock_released'])
  expect(await eventsOf(short)).toEqual(['item_out_of_stock'])

  for (const order of [one, other]) pay(paidFor(order, { itemId: id, qty: 3 }))
  await item.settle()
  expect(await stockOf(id)).toBe(5)
})

it('takes nothing for an order whose end came before its payment', async () => {
  const [id, one, other] = [await register(), newOrder(), newOrder()]
  cancel(cancelledFor(one, id))
  reject(rejectedFor(other))
  await item.settle()
  for (const order of [one, other]) pay(paidFor(order, { itemId: id, qty: 1 }))
  await item.settle()
  expect(await stockOf(id)).toBe(5)
  expect(await item.published('stock', one, other)).toEqual([])
  expect(await item.db('paid_reservation').whereIn('order_id', [one, other])).toEqual([])
})

it('has all stock back when orders are paid and cancelled at the same time', async () => {
  const id = await register()
  const all = Array.from({ length: 30 }, newOrder)
  for (const order of all) {
    pay(paidFor(order, { itemId: id, qty: 2 }))
    cancel(cancelledFor(order, id))
  }
  await item.settle()
  expect([await stockOf(id), await item.parked()]).toEqual([5, []])
  const events = (await item.published('stock', ...all)).map(({ event }) => event)
  const count = (name: string) => events.filter(event => event === name).length
  expect(count('stock_reserved')).toBe(count('stock_released'))
})

it('has no stock of an item that does not exist, and parks an order of less than one', async () => {
  const [id, unknown, none] = [await register(), newOrder(), newOrder()]
  pay(paidFor(unknown, { itemId: 999_999, qty: 1 }))
  pay(paidFor(none, { itemId: id, qty: 0 }))
  await item.settle()
  expect(await item.published('stock', unknown, none)).toMatchObject([{ event: 'item_out_of_stock' }])
  expect([await item.parked(), await stateOf(none), await stockOf(id)]).toEqual([['PAYLOAD_INVALID'], undefined, 5])
  await item.db('parked_event').delete()
  await item.db('parked_key').delete()
})

it('changes price and stock, and says so once', async () => {
  const id = await register()
  const terms = { itemPrice: 45_000, stockCnt: 9 }
  for (let time = 0; time < 2; time++)
    expect(await item.put(`/items/${id}`, terms)).toMatchObject({ status: 200, body: { id, ...roses, ...terms } })
  expect((await item.get(`/items/${id}`)).body).toEqual({ id, ...roses, ...terms })
  const published = await item.published('item', id)
  expect(published).toMatchObject([{ version: 1 }, { event: 'stock_changed', version: 2, payload: terms }])
  const order = newOrder()
  pay(paidFor(order, { itemId: id, qty: 9 }))
  await item.settle()
  expect(await stockOf(id)).toBe(0)
  expect((await item.put('/items/999999', terms)).status).toBe(404)
})

it('lists items by numbered pages, sorted as asked', async () => {
  const storeName = `Store ${Date.now()}`
  for (const itemPrice of [1_000_000_000, 2, 3]) await register({ storeName, itemPrice })
  const { body: all } = await item.get('/items?size=200')
  const { totalElements } = all.page
  expect(all.page).toEqual({ number: 0, size: 200, totalElements, totalPages: 1 })
  expect(all.items).toHaveLength(totalElements)
  expect(all.items.map(({ id }: { id: number }) => id)).toEqual(
    all.items.map(({ id }: { id: number }) => id).toSorted((a: number, b: number) => a - b)
  )
  const { body: second } = await item.get('/items?sort=itemPrice,desc&size=1&page=0')
  expect(second.items).toMatchObject([{ itemPrice: 1_000_000_000, storeName }])
  expect(second.page).toEqual({ number: 0, size: 1, totalElements, totalPages: totalElements })
  const { body: newest } = await item.get('/items?sort=id,desc&size=2&page=1')
  expect(newest.items.map(({ id }: { id: number }) => id)).toEqual([all.items.at(-3).id, all.items.at(-4).id])
  const { body: beyond } = await item.get(`/items?page=1000000`)
  expect([beyond.items, beyond.page.totalElements]).toEqual([[], totalElements])
})

it('refuses bad input with a problem that names the field, and writes nothing', async () => {
  const id = await register()
  const before = await Promise.all([item.db('item'), item.db('published')])
  const fieldsOf = ({ body }: { readonly body: { readonly errors: readonly { readonly field: string }[] } }) =>
    body.errors.map(({ field }) => field)
  const wrong: readonly (readonly [string, readonly unknown[]])[] = [
    ['itemPrice', [0, -1, 1.5, '50000', 1_000_000_001, null, undefined]],
    ['stockCnt', [-1, 0.5, '5', 1_000_000_001, null, undefined]],
    ['itemName', ['', ' ', '꽃'.repeat(256), 'a\0b', '\ud800', 1, undefined]],
    ['storeName', ['', '가'.repeat(256), ['KJSHOP'], undefined]],
    ['id', [7]]
  ]
  for (const [field, values] of wrong)
    for (const value of values) {
      const answer = await item.post('/items', { ...roses, [field]: value })
      expect([answer.status, fieldsOf(answer)], `${field} ${String(value)}`).toEqual([400, [field]])
    }
  const { itemPrice, stockCnt } = roses
  for (const body of [{ itemPrice: '1', stockCnt }, { stockCnt }, { itemPrice, stockCnt: -1 }, { ...roses }, [], null])
    expect((await item.put(`/items/${id}`, body)).status, JSON.stringify(body)).toBe(400)
  for (const path of ['/items/0', '/items/x', '/items?size=201', '/items?sort=events', '/items?page=-1', '/items?x=1'])
    expect((await item.get(path)).status, path).toBe(400)
  expect((await item.get('/items/999999')).status).toBe(404)
  expect(await Promise.all([item.db('item'), item.db('published')])).toEqual(before)
})
