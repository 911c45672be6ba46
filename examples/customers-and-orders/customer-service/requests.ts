import { moneyRequestSchema, moneyTextSchema, textSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const id = wholeNumberText(1, Number.MAX_SAFE_INTEGER)

export const customerPathSchema = z.object({ id })

export const newCustomerSchema = z
  .strictObject(
    { name: textSchema(255).meta({ example: 'Kim' }), creditLimit: moneyRequestSchema.meta({ example: '10000' }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewCustomer' })

export const customerSchema = z
  .object({
    id: z.int().meta({ example: 1 }),
    name: z.string().meta({ example: 'Kim' }),
    creditLimit: moneyTextSchema.meta({ example: '10000.00' }),
    reserved: moneyTextSchema.meta({ example: '4000.00', description: 'The sum of the approved orders' }),
    available: moneyTextSchema.meta({ example: '6000.00' })
  })
  .meta({ id: 'Customer' })

export const pageQuerySchema = z.strictObject({
  limit: wholeNumberText(1, 200).default(20).meta({ description: 'Orders on a page, 20 if not given' }),
  before: id.optional().meta({ description: 'Only orders older than this id' })
})

export const orderPageSchema = z
  .object({
    items: z.array(
      z.object({
        orderId: z.int().meta({ example: 1 }),
        orderTotal: moneyTextSchema.nullable().meta({ example: '4000.00' }),
        state: z.enum(['APPROVED', 'REJECTED', 'CANCELLED']),
        reason: z.string().nullable().meta({ example: null, description: 'Why the order was rejected' }),
        decidedAt: z.iso.datetime()
      })
    ),
    next: z.int().nullable().meta({ description: 'The `before` of the next page; null on the last' })
  })
  .meta({ id: 'CustomersOrders' })
