import { defineEvent, handleBatch } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { insertDeliveries } from '../deliveries/delivery-store.ts'

/** Only the fields that this service reads, so fields that the order service adds don't matter here. */
export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.number().int() })
})

/** Writes deliveries in the transaction that holds their events' inbox rows: once, however often Kafka delivers. */
export const onOrderCreated = handleBatch(orderCreated, async (events, trx) => {
  await insertDeliveries(
    trx,
    events.map(({ aggregateId, payload }) => ({ orderId: aggregateId, ...payload }))
  )
})
