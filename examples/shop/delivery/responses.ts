import { pageSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

export const deliverySchema = z
  .object({
    id: z.int().meta({ example: 1, description: 'That of its purchase' }),
    recipient: z.string().meta({ example: 'Kim' }),
    address: z.string().meta({ example: '1 Main Street, Springfield' }),
    product: z.string().meta({ example: 'Chair' }),
    quantity: z.int().meta({ example: 2 }),
    state: z.enum(['OPEN', 'RECEIVED']),
    openedAt: z.iso.datetime(),
    receivedAt: z.iso.datetime().nullable()
  })
  .meta({ id: 'Delivery' })

export const deliveryPageSchema = pageSchema(deliverySchema).meta({ id: 'Deliveries' })
