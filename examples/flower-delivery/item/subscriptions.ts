import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { releaseStock, reserveStock } from './reservations.ts'

// Only the fields that this service reads. It shares no code with payment, order and shop.
const paid = defineEvent({
  name: 'paid',
  aggregate: 'payment',
  version: 1,
  payload: z.object({
    itemId: z.int(),
    itemName: z.string(),
    storeName: z.string(),
    userName: z.string(),
    qty: z.int().min(1)
  })
})
const cancelled = defineEvent({ name: 'order_cancelled', aggregate: 'order', version: 1, payload: z.object({}) })
const rejected = defineEvent({ name: 'rejected', aggregate: 'shop', version: 1, payload: z.object({}) })

/** What this service does on which event. What it writes and publishes through `trx` commits with the event's inbox row. */
export const subscriptions = {
  'flower.payment': {
    [paid.name]: handle(paid, ({ aggregateId: orderId, payload }, trx) => reserveStock(trx, { orderId, ...payload }))
  },
  'flower.order': {
    [cancelled.name]: handle(cancelled, ({ aggregateId, name }, trx) => releaseStock(trx, aggregateId, name))
  },
  'flower.shop': {
    [rejected.name]: handle(rejected, ({ aggregateId, name }, trx) => releaseStock(trx, aggregateId, name))
  }
}
