import { moneyRequestSchema, moneyTextSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { orderStates } from './order-states.ts'

const error = `must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`
const customerId = z.int({ error }).min(1, { error }).max(Number.MAX_SAFE_INTEGER, { error }).meta({ example: 1 })

export const orderPathSchema = z.object({ id: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

export const newOrderSchema = z
  .strictObject(
    { customerId, orderTotal: moneyRequestSchema.meta({ example: '4000' }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewOrder' })

const state = z.enum(Object.keys(orderStates.steps) as (keyof typeof orderStates.steps)[])

export const orderSchema = z
  .object({
    id: z.int().meta({ example: 1 }),
    customerId,
    orderTotal: moneyTextSchema.meta({ example: '4000.00' }),
    state: state.meta({ example: 'APPROVED' }),
    reason: z.string().nullable().meta({ example: null, description: 'Why the order was rejected' }),
    createdAt: z.iso.datetime(),
    history: z
      .array(
        z.object({
          state: state.meta({ example: 'APPROVED' }),
          cause: z.string().meta({ example: 'customer_credit_reserved', description: 'A request, or an event' }),
          at: z.iso.datetime()
        })
      )
      .meta({ description: 'Oldest first' })
  })
  .meta({ id: 'Order' })
