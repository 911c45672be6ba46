import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { flowerPeople } from '../support/flower.ts'
import { post } from '../support/http.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'
import { uniqueName } from '../support/unique-name.ts'

// The example's own promises, with everything started once.
let pipeline: TestPipeline
let people: ReturnType<typeof flowerPeople>
beforeAll(async () => {
  pipeline = await startTestPipeline({ system: 'flower-delivery' })
  people = flowerPeople(pipeline)
})
afterAll(() => pipeline?.stop())

/** The median of some waits: a busy machine may hold up any one of them. */
async function medianMs(count: number, act: () => Promise<() => Promise<unknown>>): Promise<number> {
  const waits: number[] = []
  for (let n = 0; n < count; n++) {
    const seen = await act()
    const since = performance.now()
    await seen()
    waits.push(performance.now() - since)
  }
  return waits.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? Infinity
}

it('has an item on the menu within a second of its registration, with price and stock', async () => {
  const wait = await medianMs(5, async () => {
    const item = { itemName: uniqueName('roses'), storeName: 'KJSHOP', itemPrice: 50_000, stockCnt: 5 }
    const { status, body } = await post(people.url('item', '/items'), item)
    expect(status).toBe(201)
    const { stockCnt, ...shown } = item
    return () =>
      eventually(async () =>
        expect((await people.ask('order', `/menus/${body.id}`)).body).toMatchObject({ ...shown, stockCnt })
      )
  })
  expect(wait).toBeLessThan(1000)
})

it('brings an order from its payment to the door, and MyPage shows each step in turn', async () => {
  const { itemId, itemName } = await people.addItem(5)
  const id = await people.order({ itemId, qty: 3 })
  await people.isListed('shop', id)
  expect(await people.stockOf(itemId)).toBe(2)
  const shown = { orderId: id, itemId, itemName, qty: 3, itemPrice: 50_000, amount: 150_000, paymentStatus: 'PAID' }
  await people.becomes(id, { ...shown, orderStatus: 'PAID', deliveryStatus: null })
  const deliveryStatus = { RECEIVED: null, DECORATED: 'REQUESTED', DEPARTED: 'DEPARTED', COMPLETED: 'COMPLETED' }
  await people.bring(id, 'COMPLETED', orderStatus =>
    people.becomes(id, { ...shown, orderStatus, deliveryStatus: deliveryStatus[orderStatus] })
  )
  expect((await people.ask('order', `/orders/${id}`)).body.orderStatus).toBe('COMPLETED')
})
