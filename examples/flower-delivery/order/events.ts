import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'
import { cancelReasons } from './orders/order.ts'

const order = { aggregate: 'order', version: 1 } as const
const reason = z.enum(cancelReasons)

/** What this service publishes on flower.order. Amounts are whole won. */
export const orderEvents = {
  ordered: defineEvent({
    ...order,
    name: 'ordered',
    description: 'An order was placed at the price of the menu. It is not paid yet.',
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
      itemName: 'roses set n1',
      storeName: 'KJSHOP',
      userName: 'LEEKIJUNG',
      qty: 3,
      itemPrice: 50_000,
      amount: 150_000
    }
  }),
  order_cancel_requested: defineEvent({
    ...order,
    name: 'order_cancel_requested',
    description:
      'The order is to be cancelled, for this reason. The service that holds it decides: payment, item, shop or delivery.',
    payload: z.object({ reason }),
    example: { reason: 'CUSTOMER' }
  }),
  order_cancelled: defineEvent({
    ...order,
    name: 'order_cancelled',
    description: 'The order is cancelled for good, so payment gives the money back and item the stock.',
    payload: z.object({ reason, itemId: z.int(), qty: z.int() }),
    example: { reason: 'OUT_OF_STOCK', itemId: 1, qty: 3 }
  })
}

/**
 * What must follow these events. Nothing is said of `order_cancel_requested`, because the answer may have been given before:
 * the shop may reject an order at the moment in which its customer cancels it.
 */
export const expectations = [
  // A quarter of an hour is the usual deadline of a payment; half a minute more for the round that cancels the order.
  expectAfter(orderEvents.ordered, {
    oneOf: ['paid', 'order_cancel_requested'],
    from: 'payment',
    withinMs: 930_000
  })
]
