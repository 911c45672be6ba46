import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { releaseCredit, reserveCredit } from './reservations.ts'

// Only the fields that this service reads. It shares no code with order-service.
const order = {
  aggregate: 'order',
  version: 1,
  payload: z.object({ customerId: z.int(), orderTotal: z.string() })
} as const
const created = defineEvent({ ...order, name: 'order_created' })
const cancelled = defineEvent({ ...order, name: 'order_cancelled' })

/** The handlers of orderTopic. What they write and publish through `trx` commits with the event's inbox row. */
export const onOrders = {
  [created.name]: handle(created, ({ aggregateId: orderId, payload }, trx) =>
    reserveCredit(trx, { orderId, ...payload })
  ),
  [cancelled.name]: handle(cancelled, ({ aggregateId: orderId, payload }, trx) =>
    releaseCredit(trx, { orderId, ...payload })
  )
}
