import { numberedPageSchema, numberedQuerySchema, textSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { paymentStates } from './payment-states.ts'

function whole(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

const orderId = whole(1, Number.MAX_SAFE_INTEGER).meta({ example: 1 })
const bought = {
  itemId: whole(1, Number.MAX_SAFE_INTEGER).meta({ example: 1 }),
  itemName: textSchema(255).meta({ example: '장미 세트' }),
  storeName: textSchema(255).meta({ example: 'KJSHOP' }),
  userName: textSchema(255).meta({ example: 'Kim' }),
  qty: whole(1, 1000).meta({ example: 3 }),
  itemPrice: whole(1, 1_000_000_000).meta({ example: 50_000, description: 'in whole won' })
}

export const newPaymentSchema = z
  .strictObject(
    { orderId, ...bought, amount: z.int({ error: 'must be a whole number' }).meta({ example: 150_000 }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .refine(({ qty, itemPrice, amount }) => amount === qty * itemPrice, {
    path: ['amount'],
    error: 'must be qty times itemPrice'
  })
  .meta({ id: 'NewPayment' })

export const paymentPathSchema = z.object({ orderId: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

export const paymentQuerySchema = numberedQuerySchema({ orderId: 'order_id' })

export const paymentSchema = z
  .object({
    orderId,
    itemId: bought.itemId.nullable(),
    itemName: bought.itemName.nullable(),
    storeName: bought.storeName.nullable(),
    userName: bought.userName.nullable(),
    qty: bought.qty.nullable(),
    itemPrice: bought.itemPrice.nullable(),
    amount: z.int().meta({ example: 150_000, description: 'What was paid; 0 if the order was cancelled before' }),
    refunded: z.int().meta({ example: 0, description: 'How much of it went back' }),
    paymentStatus: z.enum(Object.keys(paymentStates.steps) as (keyof typeof paymentStates.steps)[]),
    paidAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime()
  })
  .meta({ id: 'Payment' })

export const paymentPageSchema = numberedPageSchema(paymentSchema).meta({ id: 'Payments' })
