import { it } from 'vitest'
import type { flowerPeople } from '../../support/flower.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'
import { verifyRecords } from '../../support/verify-records.ts'

type Started = { readonly pipeline: TestPipeline; readonly people: ReturnType<typeof flowerPeople> }

/** One order for each way in which an order can end, and the events that it causes. */
export function contractsSuite(started: () => Started): void {
  it('publishes records that keep the contracts of all who read them', async () => {
    const { pipeline, people } = started()
    const { itemId } = await people.addItem(20)
    const short = await people.addItem(1)

    const order = () => people.order({ itemId })
    const orders = {
      completed: order().then(async id => {
        await people.bring(id, 'COMPLETED')
        return id
      }),
      short: people.order({ itemId: short.itemId, qty: 2 }),
      rejected: order().then(async id => {
        await people.reject(id, 'no ribbon is left')
        return id
      }),
      cancelled: order().then(async id => {
        await people.isListed('shop', id)
        await people.cancel(id)
        return id
      }),
      notSent: order().then(async id => {
        await people.bring(id, 'DECORATED')
        await people.isListed('delivery', id)
        await people.cancel(id)
        return id
      }),
      tooLate: order().then(async id => {
        await people.bring(id, 'DEPARTED')
        await people.cancel(id)
        return id
      })
    }
    await Promise.all(Object.values(orders))
    const causedBy = (name: keyof typeof orders, ...events: readonly string[]) =>
      Object.fromEntries(events.map(event => [event, () => orders[name]]))
    const item = async () => itemId

    await verifyRecords(pipeline, {
      item_registered: item,
      stock_changed: item,
      ...causedBy('completed', 'ordered', 'paid', 'stock_reserved', 'received', 'decorated'),
      ...causedBy('completed', 'departed_for_delivery', 'delivery_completed'),
      ...causedBy('short', 'item_out_of_stock', 'order_cancelled', 'payment_cancelled'),
      ...causedBy('rejected', 'rejected', 'payment_forcibly_cancelled'),
      ...causedBy('cancelled', 'order_cancel_requested', 'registration_cancelled'),
      ...causedBy('notSent', 'delivery_cancelled'),
      ...causedBy('tooLate', 'delivery_cancel_refused')
    })
  })
}
