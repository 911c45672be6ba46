import { textSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { keyPattern } from './idempotency-header.ts'
import { largestQuantity } from '../orders/order.ts'

const name = textSchema(255).meta({ example: 'joon' })
const quantityError = `must be a whole number from 1 to ${largestQuantity}`
const quantity = z
  .int({ error: quantityError })
  .min(1, { error: quantityError })
  .max(largestQuantity, { error: quantityError })
  .meta({ example: 95 })

export const newOrderSchema = z
  .strictObject(
    { name, quantity },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewOrder' })

export const orderSchema = z
  .object({ id: z.int().meta({ example: 1 }), name, quantity, createdAt: z.iso.datetime() })
  .meta({ id: 'Order' })

export const orderPageSchema = z
  .object({
    items: z.array(orderSchema),
    next: z.int().nullable().meta({ description: 'The `before` of the next page; null on the last' })
  })
  .meta({ id: 'OrderPage' })

const orderId = wholeNumberText(1, Number.MAX_SAFE_INTEGER)

export const orderPathSchema = z.object({ id: orderId })

export const orderQuerySchema = z.strictObject({
  limit: wholeNumberText(1, 200).default(20).meta({ description: 'Orders on a page, 20 if not given' }),
  before: orderId.optional().meta({ description: 'Only orders older than this id' })
})

/** For the API's description; `readIdempotencyKey` reads the header. */
export const orderHeadersSchema = z.object({
  'Idempotency-Key': z
    .string()
    .meta({ pattern: keyPattern })
    .optional()
    .meta({
      description:
        'A repeat with the same key gets the first answer. A random string in double quotes, such as ' +
        '"8e03978e-40d5-43dd-bc93-6894a57f9324", or the same without the quotes'
    })
})
