import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

/** An order was placed. Other services depend on this shape: a breaking change needs a new version. */
export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.number().int() }),
  description: 'A customer placed an order.',
  example: { name: 'joon', quantity: 95 }
})
