import { z } from 'zod'

export const deliverySchema = z
  .object({
    orderId: z.int().meta({ example: 1 }),
    name: z.string().meta({ example: 'joon' }),
    quantity: z.int().meta({ example: 95 }),
    deliveredAt: z.iso.datetime()
  })
  .meta({ id: 'Delivery' })

export const deliveryPageSchema = z
  .object({
    items: z.array(deliverySchema),
    next: z.int().nullable().meta({ description: 'The `before` of the page that follows; null on the last' })
  })
  .meta({ id: 'DeliveryPage' })

const wholeNumber = (most: number) => {
  const error = `must be a whole number from 1 to ${most}`
  return z
    .string({ error })
    .regex(/^\d{1,16}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(1, { error }).max(most, { error }))
}
const orderId = wholeNumber(Number.MAX_SAFE_INTEGER).meta({ example: '1' })

export const deliveryPathSchema = z.object({ orderId })

export const deliveryQuerySchema = z.strictObject({
  limit: wholeNumber(200).default(20).meta({ description: 'Deliveries on a page, 20 if not given' }),
  before: orderId.optional().meta({ description: 'Only deliveries before that of this order' })
})
