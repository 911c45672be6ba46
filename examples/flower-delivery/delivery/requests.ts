import { numberedPageSchema, numberedQuerySchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const statuses = ['REQUESTED', 'DEPARTED', 'COMPLETED', 'CANCELLED'] as const

export const deliveryPathSchema = z.object({ orderId: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

export const deliveryQuerySchema = numberedQuerySchema({ orderId: 'order_id', requestedAt: 'requested_at' }).extend({
  status: z.enum(statuses, { error: `must be one of ${statuses.join(', ')}` }).optional()
})

const time = z.iso.datetime()

export const deliverySchema = z
  .object({
    orderId: z.int().meta({ example: 1 }),
    storeName: z.string().meta({ example: 'KJSHOP' }),
    itemName: z.string().meta({ example: 'roses set n1' }),
    qty: z.int().meta({ example: 3 }),
    userName: z.string().meta({ example: 'LEEKIJUNG' }),
    deliveryStatus: z.enum(statuses),
    requestedAt: time.meta({ description: 'When the shop had decorated the flowers' }),
    departedAt: time.nullable(),
    completedAt: time.nullable(),
    cancelledAt: time.nullable()
  })
  .meta({ id: 'Delivery' })

export const deliveryPageSchema = numberedPageSchema(deliverySchema).meta({ id: 'Deliveries' })
