import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { openDelivery } from './deliveries.ts'

// Only the fields that this service reads. It shares no code with purchase, and never asks it anything.
const completed = defineEvent({
  name: 'purchase_completed',
  aggregate: 'purchase',
  version: 1,
  payload: z.object({ recipient: z.string(), address: z.string(), product: z.string(), quantity: z.int() })
})

/** The handlers of shop.purchases. What they write through `trx` commits with the event's inbox row. */
export const onPurchases = {
  [completed.name]: handle(completed, ({ aggregateId: id, payload }, trx) => openDelivery(trx, { id, ...payload }))
}
