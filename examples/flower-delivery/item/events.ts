import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'

// The connector sends the events of each aggregate to a topic of its own. An item has its own id; the stock that an
// order takes has the id of the order, so that a bad event of one order doesn't stop the other orders of the item.
const item = { aggregate: 'item', version: 1 } as const
const stock = { aggregate: 'stock', version: 1 } as const

/** What this service publishes on flower.item. */
export const itemEvents = {
  item_registered: defineEvent({
    ...item,
    name: 'item_registered',
    description: 'A store offers this item from now on.',
    payload: z.object({ itemName: z.string(), storeName: z.string(), itemPrice: z.int(), stockCnt: z.int() }),
    example: { itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000, stockCnt: 5 }
  }),
  stock_changed: defineEvent({
    ...item,
    name: 'stock_changed',
    description: 'The item has this stock and this price now, because a person or an order has changed them.',
    payload: z.object({ stockCnt: z.int(), itemPrice: z.int() }),
    example: { stockCnt: 2, itemPrice: 50_000 }
  })
}

const taken = { payload: z.object({ itemId: z.int(), qty: z.int() }), example: { itemId: 1, qty: 3 } }

/** What this service publishes on flower.stock. */
export const stockEvents = {
  stock_reserved: defineEvent({
    ...stock,
    name: 'stock_reserved',
    description: 'The order is paid and its flowers are taken from the stock: the shop may begin.',
    payload: taken.payload.extend({ itemName: z.string(), storeName: z.string(), userName: z.string() }),
    example: { ...taken.example, itemName: '장미 한 다발', storeName: 'KJSHOP', userName: '이기정' }
  }),
  item_out_of_stock: defineEvent({
    ...stock,
    ...taken,
    name: 'item_out_of_stock',
    description: 'The order is paid, but the stock is too small for it. Nothing was taken.'
  }),
  stock_released: defineEvent({
    ...stock,
    ...taken,
    name: 'stock_released',
    description: 'The order is over, and what it had taken is back in the stock.'
  })
}

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  expectAfter(stockEvents.item_out_of_stock, { oneOf: ['order_cancelled'], from: 'order', withinMs: 5_000 })
]
