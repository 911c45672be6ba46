import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

// What payment and order send, with all its fields: a reader takes only some of them.
const order = { aggregate: 'order', version: 1 } as const

export const paid = defineEvent({
  name: 'paid',
  aggregate: 'payment',
  version: 1,
  payload: z.object({
    itemId: z.int(),
    itemName: z.string(),
    storeName: z.string(),
    userName: z.string(),
    qty: z.int(),
    itemPrice: z.int(),
    amount: z.int()
  })
})

export const cancelRequested = defineEvent({
  ...order,
  name: 'order_cancel_requested',
  payload: z.object({ reason: z.string() })
})

export const cancelled = defineEvent({
  ...order,
  name: 'order_cancelled',
  payload: z.object({ reason: z.string(), itemId: z.int(), qty: z.int() })
})
