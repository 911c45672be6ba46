import { defineEvent } from '@outbox-cdc/outbox'
import { expectAfter } from '@outbox-cdc/outbox/saga'
import { z } from 'zod'
import { rejectReasons } from './reservation-states.ts'

// The answers are events of the reservation, which has the id of its order: a bad answer stops one order, not a customer.
const reservation = {
  aggregate: 'reservation',
  version: 1,
  payload: z.object({ customerId: z.int(), reason: z.enum(rejectReasons).optional() })
} as const

/** What this service publishes on customerTopic. Each is its answer to one order_created. */
export const answers = {
  customer_credit_reserved: defineEvent({
    ...reservation,
    name: 'customer_credit_reserved',
    description: 'The order fits into what is left of the credit limit, and now holds that much of it.',
    example: { customerId: 1 }
  }),
  customer_credit_limit_exceeded: defineEvent({
    ...reservation,
    name: 'customer_credit_limit_exceeded',
    description: 'The order is above what is left of the credit limit.',
    example: { customerId: 1, reason: 'CREDIT_LIMIT_EXCEEDED' }
  }),
  customer_validation_failed: defineEvent({
    ...reservation,
    name: 'customer_validation_failed',
    description: 'There is no such customer, or the total is no amount.',
    example: { customerId: 99, reason: 'UNKNOWN_CUSTOMER' }
  })
}

const ends = { from: 'order-service', withinMs: 5_000 } as const

/** What must follow these events, and from whom. A saga that misses it is listed as stuck. */
export const expectations = [
  // The order was cancelled while it waited for this answer, or else it is approved.
  expectAfter(answers.customer_credit_reserved, { ...ends, oneOf: ['order_approved', 'order_cancelled'] }),
  expectAfter(answers.customer_credit_limit_exceeded, { ...ends, oneOf: ['order_rejected'] }),
  expectAfter(answers.customer_validation_failed, { ...ends, oneOf: ['order_rejected'] })
]
