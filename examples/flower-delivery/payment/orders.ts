import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { cancelPayment } from './payments.ts'

// Only what this service reads: the id of the order. It shares no code with order.
const order = { aggregate: 'order', version: 1, payload: z.object({}) } as const
const cancelRequested = defineEvent({ ...order, name: 'order_cancel_requested' })
const cancelled = defineEvent({ ...order, name: 'order_cancelled' })

/** The handlers of flower.order. What they write and publish through `trx` commits with the event's inbox row. */
export const onOrders = Object.fromEntries(
  [cancelRequested, cancelled].map(event => [
    event.name,
    handle(event, ({ name, aggregateId: orderId }, trx) => cancelPayment(trx, orderId, name))
  ])
)
