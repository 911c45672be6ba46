import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { moneyTextSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const order = { aggregate: 'order', version: 1 } as const
const payload = z.object({ customerId: z.int(), orderTotal: moneyTextSchema, reason: z.string().optional() })
const example = { customerId: 1, orderTotal: 400_000n }

/** What this service publishes on orderTopic. Other services depend on this shape: a breaking change needs a new version. */
export const orderEvents = {
  order_created: defineEvent({
    ...order,
    name: 'order_created',
    description: 'An order was placed. It is PENDING until customer-service answers.',
    payload,
    example
  }),
  order_approved: defineEvent({
    ...order,
    name: 'order_approved',
    description: 'Credit was reserved for the order.',
    payload,
    example
  }),
  order_rejected: defineEvent({
    ...order,
    name: 'order_rejected',
    description: 'No credit was reserved for the order, for this reason.',
    payload,
    example: { ...example, reason: 'CREDIT_LIMIT_EXCEEDED' }
  }),
  order_cancelled: defineEvent({
    ...order,
    name: 'order_cancelled',
    description: 'The buyer cancelled the order. What it reserved is free again.',
    payload,
    example
  })
}

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  expectAfter(orderEvents.order_created, {
    oneOf: ['customer_credit_reserved', 'customer_credit_limit_exceeded', 'customer_validation_failed'],
    from: 'customer-service',
    withinMs: 5_000
  })
]
