import { numberedQuerySchema, numberedPageSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { orderedFields } from '../requests.ts'
import { sortableMyPages } from './my-page-store.ts'
import { cancellations, deliveryStatuses, orderStatuses, paymentStatuses } from './status.ts'

export const orderIdPathSchema = z.object({ orderId: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

export const myPageSchema = z
  .object({
    orderId: z.int().meta({ example: 1 }),
    ...orderedFields,
    orderStatus: z.enum(orderStatuses).meta({ example: 'DECORATED' }),
    paymentStatus: z.enum(paymentStatuses).nullable().meta({ example: 'PAID' }),
    deliveryStatus: z.enum(deliveryStatuses).nullable().meta({ example: 'REQUESTED' }),
    cancellation: z.enum(cancellations).nullable().meta({
      example: null,
      description: 'What became of the request to cancel the order. OVERTAKEN: the shop had rejected the order before'
    }),
    reason: z.string().nullable().meta({ example: null, description: 'Why it is cancelled or rejected' }),
    updatedAt: z.iso.datetime().meta({ description: 'Time of the latest event' })
  })
  .meta({ id: 'MyPage' })

export const myPagePageQuerySchema = numberedQuerySchema(sortableMyPages)
export const myPagePageSchema = numberedPageSchema(myPageSchema).meta({ id: 'MyPages' })
