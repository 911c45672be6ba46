import { defineEvent, handleBatch } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { insertDeliveries } from '../deliveries/delivery-store.ts'

/** What this service reads of the event, and no more: fields that the order service adds do not concern it. */
export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.number().int() })
})

/** Deliveries are written in the transaction that holds their events' inbox rows: once, however often Kafka delivers. */
export const onOrderCreated = handleBatch(orderCreated, async (events, trx) => {
  await insertDeliveries(
    trx,
    events.map(({ aggregateId, payload }) => ({ orderId: aggregateId, ...payload }))
  )
})
