import { defineEvent } from '@outbox-cdc/outbox'
import { moneyTextSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

/** What this service publishes on shop.purchases. It holds all that a delivery needs, so that none has to ask back. */
export const purchaseCompleted = defineEvent({
  name: 'purchase_completed',
  aggregate: 'purchase',
  version: 1,
  description: 'The buyer confirmed the quote. Address and price are those that the buyer saw.',
  payload: z.object({
    recipient: z.string(),
    address: z.string(),
    product: z.string(),
    quantity: z.int(),
    unitPrice: moneyTextSchema,
    total: moneyTextSchema,
    completedAt: z.iso.datetime()
  }),
  example: {
    recipient: 'Kim',
    address: '1 Main Street, Springfield',
    product: 'Chair',
    quantity: 2,
    unitPrice: 1_250n,
    total: 2_500n,
    completedAt: '2026-11-29T15:57:41.986Z'
  }
})
