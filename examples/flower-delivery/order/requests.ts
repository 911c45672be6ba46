import { numberedQuerySchema, numberedPageSchema, textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { orderStates } from './order-states.ts'
import { sortableOrders } from './order-store.ts'

const whole = (most: number) => {
  const error = `must be a whole number from 1 to ${most}`
  return z.int({ error, abort: true }).min(1, { error }).max(most, { error })
}
const seen = { description: 'As the customer has seen it; the order is refused if the menu says otherwise' }

export const newOrderSchema = z
  .strictObject(
    {
      itemId: whole(Number.MAX_SAFE_INTEGER).meta({ example: 1 }),
      qty: whole(1000).meta({ example: 3 }),
      userName: textSchema(255).meta({ example: 'LEEKIJUNG' }),
      itemName: textSchema(255)
        .optional()
        .meta({ ...seen, example: 'roses set n1' }),
      storeName: textSchema(255)
        .optional()
        .meta({ ...seen, example: 'KJSHOP' }),
      itemPrice: whole(1_000_000_000)
        .optional()
        .meta({ ...seen, example: 50_000 })
    },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewOrder' })

/** What was ordered, in answers. */
export const orderedFields = {
  itemId: z.int().meta({ example: 1 }),
  qty: z.int().meta({ example: 3 }),
  itemPrice: z.int().meta({ example: 50_000, description: 'In won' }),
  amount: z.int().meta({ example: 150_000, description: 'In won' }),
  itemName: z.string().meta({ example: '장미 한 다발' }),
  storeName: z.string().meta({ example: 'KJSHOP' }),
  userName: z.string().meta({ example: '이기정' })
}

export const orderSchema = z
  .object({
    id: z.int().meta({ example: 1 }),
    ...orderedFields,
    orderStatus: z.enum(Object.keys(orderStates.steps)).meta({ example: 'PAID' }),
    reason: z.string().nullable().meta({ example: null, description: 'Why it is cancelled or rejected' }),
    createdAt: z.iso.datetime()
  })
  .meta({ id: 'Order' })

export const orderPageQuerySchema = numberedQuerySchema(sortableOrders)
export const orderPageSchema = numberedPageSchema(orderSchema).meta({ id: 'Orders' })
