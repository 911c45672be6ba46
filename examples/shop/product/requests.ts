import { moneyRequestSchema, moneyTextSchema, pageSchema, textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const name = textSchema(255).meta({ example: 'Chair' })

export const nameQuerySchema = z.strictObject({ name })

export const newProductSchema = z
  .strictObject(
    { name, price: moneyRequestSchema.meta({ example: '12.50' }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewProduct' })

export const productSchema = z
  .object({ id: z.int().meta({ example: 1 }), name, price: moneyTextSchema })
  .meta({ id: 'Product' })

export const productPageSchema = pageSchema(productSchema).meta({ id: 'Products' })
