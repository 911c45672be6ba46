import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'

const payment = { aggregate: 'payment', version: 1 } as const
const refund = { ...payment, payload: z.object({ amount: z.int() }), example: { amount: 150_000 } }

/** What this service publishes on flower.payment, under the id of the order. Amounts are whole won. */
export const paymentEvents = {
  paid: defineEvent({
    ...payment,
    name: 'paid',
    description: 'The order is paid. It says all that stock, shop and rider need to know of the order.',
    payload: z.object({
      itemId: z.int(),
      itemName: z.string(),
      storeName: z.string(),
      userName: z.string(),
      qty: z.int(),
      itemPrice: z.int(),
      amount: z.int()
    }),
    example: {
      itemId: 1,
      itemName: '장미 세트',
      storeName: 'KJSHOP',
      userName: 'Kim',
      qty: 3,
      itemPrice: 50_000,
      amount: 150_000
    }
  }),
  payment_cancelled: defineEvent({
    ...refund,
    name: 'payment_cancelled',
    description: 'The order was cancelled. This amount went back: 0 if it was never paid, and then it never will be.'
  }),
  payment_forcibly_cancelled: defineEvent({
    ...refund,
    name: 'payment_forcibly_cancelled',
    description: 'The shop rejected the order. This amount went back.'
  })
}

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  expectAfter(paymentEvents.paid, { oneOf: ['stock_reserved', 'item_out_of_stock'], from: 'item', withinMs: 5_000 })
]
