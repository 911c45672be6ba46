import type { RequestContext } from '@outbox-cdc/service-kit'
import { describe, expect, it } from 'vitest'
import { fakePaymentGateway } from '../payment/fake-payment-gateway.ts'
import { type Order, stepOf } from './order.ts'
import { createOrdering, type Fallback } from './ordering.ts'
import type { Cause, Changed, Orders } from './ports.ts'

const roses = { itemId: 1, itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000 }
const wish = { itemId: 1, qty: 3, userName: '이기정' }
const context = (): RequestContext => ({
  requestId: 'r-1',
  correlationId: 'c-1',
  deadline: Date.now() + 20_000,
  signal: new AbortController().signal
})

function memoryOrders(): Orders & { readonly all: Order[] } {
  const all: Order[] = []
  const find = async (id: number) => all[id - 1]
  return {
    all,
    find,
    async add(order) {
      const placed: Order = {
        id: all.length + 1,
        ...order,
        orderStatus: 'PAYMENT_PENDING',
        reason: null,
        createdAt: new Date()
      }
      all.push(placed)
      return placed
    },
    async change(id: number, { trigger, reason, onlyIn }: Cause): Promise<Changed | undefined> {
      const order = await find(id)
      if (order === undefined) return undefined
      const step =
        onlyIn === undefined || onlyIn === order.orderStatus ? stepOf(order.orderStatus, trigger) : 'unchanged'
      if (typeof step === 'string') return { outcome: step, order }
      const after = { ...order, orderStatus: step.to, reason: reason ?? order.reason }
      all[id - 1] = after
      return { outcome: 'changed', order: after }
    }
  }
}

function start(fallback: Fallback = 'defer') {
  const [orders, payments] = [memoryOrders(), fakePaymentGateway()]
  const menu = { find: async (itemId: number) => (itemId === 1 ? roses : undefined) }
  return { orders, payments, ...createOrdering({ menu, orders, payments, fallback }) }
}

describe('ordering, without a protocol or a database', () => {
  it('has an order paid that is stored before', async () => {
    const { place, orders, payments } = start()
    expect(await place(wish, context())).toMatchObject({
      outcome: 'placed',
      order: { orderStatus: 'PAID', amount: 150_000 }
    })
    expect([orders.all.length, payments.paid.get(1)?.amount]).toEqual([1, 150_000])
  })

  it('stores nothing that differs from the menu, is not on it, or would not be paid', async () => {
    const { place, orders, payments } = start()
    expect((await place({ ...wish, itemPrice: 1 }, context())).outcome).toBe('differs')
    expect((await place({ ...wish, itemId: 2 }, context())).outcome).toBe('unknown_item')
    payments.open()
    await expect(place(wish, context())).rejects.toMatchObject({ status: 503 })
    expect(orders.all).toEqual([])
  })

  it('has an order paid later, or cancels it, as the fallback says', async () => {
    const [deferred, off] = [start(), start('off')]
    for (const { payments } of [deferred, off]) payments.down()
    expect(await deferred.place(wish, context())).toMatchObject({ order: { orderStatus: 'PAYMENT_PENDING' } })
    await expect(deferred.pay(1, context())).rejects.toMatchObject({ status: 503 })
    deferred.payments.up()
    expect(await deferred.pay(1, context())).toMatchObject({ outcome: 'paid', order: { orderStatus: 'PAID' } })

    expect(await off.place(wish, context())).toMatchObject({
      outcome: 'not_paid',
      order: { orderStatus: 'CANCELLING', reason: 'PAYMENT_UNAVAILABLE' }
    })
    expect(await off.pay(1, context())).toMatchObject({ outcome: 'declined' })
  })

  it('does not pay an order of which payment has heard that it is cancelled', async () => {
    const { place, pay, payments } = start()
    payments.void(1)
    expect(await place(wish, context())).toMatchObject({ order: { orderStatus: 'PAYMENT_PENDING' } })
    expect(await pay(1, context())).toMatchObject({ outcome: 'declined' })
    expect(payments.paid.size).toBe(0)
  })

  it('knows nothing of an order that does not exist', async () => {
    const { pay, cancel } = start()
    for (const answer of [await pay(7, context()), await cancel(7, context())]) expect(answer).toBeUndefined()
  })
})
