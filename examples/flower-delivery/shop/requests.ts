import { numberedPageSchema, numberedQuerySchema, textSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { shopOrderStates } from './shop-order-states.ts'
import { sortable, type Status } from './shop-orders.ts'

export const orderPathSchema = z.object({ orderId: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

const states = Object.keys(shopOrderStates.steps).filter((state): state is Status => state !== 'CANCEL_ASKED')
const status = z.enum(states, { error: `must be one of ${states.join(', ')}` })

export const shopOrderQuerySchema = numberedQuerySchema(sortable).extend({
  status: status.optional().meta({ description: 'Only orders in this state' })
})

export const rejectionSchema = z
  .strictObject(
    { reason: textSchema(255).meta({ example: 'No ribbon left' }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'Rejection' })

export const shopOrderSchema = z
  .object({
    orderId: z.int().meta({ example: 1 }),
    ordermanagementStatus: status.meta({ example: 'WAITING' }),
    storeName: z.string().meta({ example: 'KJSHOP' }),
    itemId: z.int().meta({ example: 1 }),
    itemName: z.string().meta({ example: 'roses set n1' }),
    qty: z.int().meta({ example: 3 }),
    userName: z.string().meta({ example: 'LEEKIJUNG' }),
    reason: z.string().nullable().meta({ example: null, description: 'Why the owner rejected it' })
  })
  .meta({ id: 'ShopOrder' })

export const shopOrderPageSchema = numberedPageSchema(shopOrderSchema).meta({ id: 'ShopOrders' })
