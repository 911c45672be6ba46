import { defineEvent } from '@outbox-cdc/outbox'
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
  customer_credit_reserved: defineEvent({ ...reservation, name: 'customer_credit_reserved' }),
  customer_credit_limit_exceeded: defineEvent({ ...reservation, name: 'customer_credit_limit_exceeded' }),
  customer_validation_failed: defineEvent({ ...reservation, name: 'customer_validation_failed' })
}
