import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { cancelPayment } from './payments.ts'

// Only what this service reads: the id of the order. It shares no code with shop.
const rejected = defineEvent({ name: 'rejected', aggregate: 'shop', version: 1, payload: z.object({}) })

/** The handler of flower.shop. What it writes and publishes through `trx` commits with the event's inbox row. */
export const onShop = {
  [rejected.name]: handle(rejected, ({ name, aggregateId: orderId }, trx) => cancelPayment(trx, orderId, name))
}
