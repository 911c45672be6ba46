import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { askToCancel, requestDelivery } from './deliveries.ts'

// Only the fields that this service reads. It shares no code with the others, and never asks them anything.
const decorated = defineEvent({
  name: 'decorated',
  aggregate: 'shop',
  version: 1,
  payload: z.object({ storeName: z.string(), itemName: z.string(), qty: z.int(), userName: z.string() })
})
const cancelRequested = defineEvent({
  name: 'order_cancel_requested',
  aggregate: 'order',
  version: 1,
  payload: z.object({})
})

/** The handlers of each topic. What they write through `trx` commits with the event's inbox row. */
export const topics = {
  'flower.shop': {
    [decorated.name]: handle(decorated, ({ aggregateId, payload }, trx) => requestDelivery(trx, aggregateId, payload))
  },
  'flower.order': {
    [cancelRequested.name]: handle(cancelRequested, ({ aggregateId }, trx) => askToCancel(trx, aggregateId))
  }
}
