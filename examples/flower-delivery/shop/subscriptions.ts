import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { changeShopOrder } from './shop-orders.ts'

// Only the fields that this service reads. It shares no code with item and order.
const reserved = defineEvent({
  name: 'stock_reserved',
  aggregate: 'stock',
  version: 1,
  payload: z.object({
    itemId: z.int(),
    itemName: z.string(),
    storeName: z.string(),
    userName: z.string(),
    qty: z.int()
  })
})
const cancelRequested = defineEvent({
  name: 'order_cancel_requested',
  aggregate: 'order',
  version: 1,
  payload: z.object({})
})

/** What this service does on which event. What it writes and publishes through `trx` commits with the event's inbox row. */
export const subscriptions = {
  'flower.stock': {
    [reserved.name]: handle(reserved, async ({ aggregateId, name, payload }, trx) => {
      await changeShopOrder(trx, aggregateId, { trigger: name, registration: payload })
    })
  },
  'flower.order': {
    [cancelRequested.name]: handle(cancelRequested, async ({ aggregateId, name }, trx) => {
      await changeShopOrder(trx, aggregateId, { trigger: name })
    })
  }
}
