import { wholeNumberText } from '@outbox-cdc/service-kit'
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
    next: z.int().nullable().meta({ description: 'The `before` of the next page; null on the last' })
  })
  .meta({ id: 'DeliveryPage' })

const orderId = wholeNumberText(1, Number.MAX_SAFE_INTEGER)

export const deliveryPathSchema = z.object({ orderId })

export const deliveryQuerySchema = z.strictObject({
  limit: wholeNumberText(1, 200).default(20).meta({ description: 'Deliveries on a page, 20 if not given' }),
  before: orderId.optional().meta({ description: 'Only deliveries before the one of this order' })
})
