import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { changeOrder } from './orders.ts'

// Only the fields that this service reads. It shares no code with customer-service.
const reservation = {
  aggregate: 'reservation',
  version: 1,
  payload: z.object({ reason: z.string().optional() })
} as const
const reserved = defineEvent({ ...reservation, name: 'customer_credit_reserved' })
const exceeded = defineEvent({ ...reservation, name: 'customer_credit_limit_exceeded' })
const failed = defineEvent({ ...reservation, name: 'customer_validation_failed' })

/** The handlers of customerTopic. A reservation has the id of its order. */
export const onAnswers = Object.fromEntries(
  [reserved, exceeded, failed].map(answer => [
    answer.name,
    handle(answer, async ({ name, aggregateId: id, payload: { reason } }, trx) => {
      const order = await changeOrder(trx, id, { trigger: name, reason })
      // Parks the answer: orders are never deleted, so waiting doesn't help.
      if (order === undefined) throw Object.assign(new Error(`There is no order ${id}`), { retryable: false })
    })
  ])
)
