import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'

// The id of a delivery is that of its order, and says all that a reader needs.
const delivery = { aggregate: 'delivery', version: 1, payload: z.object({}), example: {} } as const

/** What this service publishes on flower.delivery. */
export const deliveryEvents = {
  departed_for_delivery: defineEvent({
    ...delivery,
    name: 'departed_for_delivery',
    description: 'The rider has left with the flowers. From here on the order can no longer be cancelled.'
  }),
  delivery_completed: defineEvent({
    ...delivery,
    name: 'delivery_completed',
    description: 'The customer has the flowers.'
  }),
  delivery_cancelled: defineEvent({
    ...delivery,
    name: 'delivery_cancelled',
    description: 'The customer cancelled in time: no rider leaves with this order.'
  }),
  delivery_cancel_refused: defineEvent({
    ...delivery,
    name: 'delivery_cancel_refused',
    description: 'The customer cancelled after the rider had left: the order goes on.'
  })
}

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  expectAfter(deliveryEvents.delivery_cancelled, { oneOf: ['order_cancelled'], from: 'order', withinMs: 5_000 })
]
