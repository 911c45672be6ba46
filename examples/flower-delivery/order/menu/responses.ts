import { numberedQuerySchema, numberedPageSchema, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { sortableMenu } from './menu-store.ts'

export const itemIdPathSchema = z.object({ itemId: wholeNumberText(1, Number.MAX_SAFE_INTEGER) })

export const menuItemSchema = z
  .object({
    itemId: z.int().meta({ example: 1 }),
    itemName: z.string().meta({ example: 'roses set n1' }),
    storeName: z.string().meta({ example: 'KJSHOP' }),
    itemPrice: z.int().meta({ example: 50_000, description: 'In won' }),
    stockCnt: z.int().meta({ example: 5 }),
    soldOut: z.boolean().meta({ example: false })
  })
  .meta({ id: 'MenuItem' })

export const menuPageQuerySchema = numberedQuerySchema(sortableMenu)
export const menuPageSchema = numberedPageSchema(menuItemSchema).meta({ id: 'Menu' })
