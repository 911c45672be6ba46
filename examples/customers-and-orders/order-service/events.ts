import { defineEvent } from '@outbox-cdc/outbox'
import { moneyTextSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const order = { aggregate: 'order', version: 1 } as const
const payload = z.object({ customerId: z.int(), orderTotal: moneyTextSchema, reason: z.string().optional() })

/** What this service publishes on orderTopic. Other services depend on this shape: a breaking change needs a new version. */
export const orderEvents = {
  order_created: defineEvent({ ...order, name: 'order_created', payload }),
  order_approved: defineEvent({ ...order, name: 'order_approved', payload }),
  order_rejected: defineEvent({ ...order, name: 'order_rejected', payload }),
  order_cancelled: defineEvent({ ...order, name: 'order_cancelled', payload })
}
