import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { insertDelivery } from '../deliveries/delivery-store.ts'

/** What this service reads of the event, and no more: fields that the order service adds do not concern it. */
export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.number().int() })
})

/** The delivery is written in the transaction that holds the event's inbox row: once, however often Kafka delivers. */
export const onOrderCreated = handle(orderCreated, async ({ aggregateId, payload }, trx) => {
  await insertDelivery(trx, { orderId: aggregateId, name: payload.name, quantity: payload.quantity })
})
