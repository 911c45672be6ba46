import { moneyTextSchema, textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

// A thousand of the dearest product still fit into a BIGINT.
const error = 'must be a whole number from 1 to 1000'
const quantity = z.int({ error }).min(1, { error }).max(1000, { error }).meta({ example: 2 })

const order = {
  buyerName: textSchema(255).meta({ example: 'Kim' }),
  productName: textSchema(255).meta({ example: 'Chair' }),
  quantity
}

export const newPurchaseSchema = z
  .strictObject(order, { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) })
  .meta({ id: 'NewPurchase' })

export const purchaseSchema = z
  .object({
    id: z.int().meta({ example: 1 }),
    state: z.enum(['QUOTED', 'COMPLETED']),
    ...order,
    address: z.string().meta({ example: '1 Main Street, Springfield' }),
    unitPrice: moneyTextSchema,
    total: moneyTextSchema.meta({ example: '25.00' }),
    expiresAt: z.iso.datetime().meta({ description: 'Until when the quote can be confirmed' }),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable()
  })
  .meta({ id: 'Purchase' })
