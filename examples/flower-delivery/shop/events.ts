import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'

const shop = { aggregate: 'shop', version: 1 } as const
const nothing = { payload: z.object({}), example: {} }

/** What this service publishes on flower.shop. Each event has the id of its order. */
export const shopEvents = {
  received: defineEvent({
    ...shop,
    ...nothing,
    name: 'received',
    description: 'The owner has seen the order and decorates it.'
  }),
  decorated: defineEvent({
    ...shop,
    name: 'decorated',
    description: 'The flowers are ready: a rider may fetch them.',
    payload: z.object({ storeName: z.string(), itemName: z.string(), userName: z.string(), qty: z.int() }),
    example: { storeName: 'KJSHOP', itemName: '장미 한 다발', userName: '이기정', qty: 3 }
  }),
  rejected: defineEvent({
    ...shop,
    name: 'rejected',
    description: 'The owner cannot decorate the order, for this reason. Money and stock go back.',
    payload: z.object({ reason: z.string() }),
    example: { reason: '리본이 떨어졌어요' }
  }),
  registration_cancelled: defineEvent({
    ...shop,
    ...nothing,
    name: 'registration_cancelled',
    description: 'The order was cancelled before it was decorated.'
  })
}

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  expectAfter(shopEvents.rejected, { oneOf: ['payment_forcibly_cancelled'], from: 'payment', withinMs: 5_000 }),
  expectAfter(shopEvents.rejected, { oneOf: ['stock_released'], from: 'item', withinMs: 5_000 }),
  expectAfter(shopEvents.registration_cancelled, { oneOf: ['order_cancelled'], from: 'order', withinMs: 5_000 })
]
