import { numberedPageSchema, numberedQuerySchema, textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { sortable } from './items.ts'

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

const terms = {
  itemPrice: wholeNumber(1, 1_000_000_000).meta({ example: 50_000, description: 'In won' }),
  stockCnt: wholeNumber(0, 1_000_000_000).meta({ example: 5 })
}
const names = {
  itemName: textSchema(255).meta({ example: 'roses set n1' }),
  storeName: textSchema(255).meta({ example: 'KJSHOP' })
}
const jsonObject = {
  error: (issue: z.core.$ZodRawIssue) => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined)
}

export const newItemSchema = z.strictObject({ ...names, ...terms }, jsonObject).meta({ id: 'NewItem' })

export const termsSchema = z.strictObject(terms, jsonObject).meta({ id: 'Terms' })

export const itemSchema = z.object({ id: z.int().meta({ example: 1 }), ...names, ...terms }).meta({ id: 'Item' })

export const itemQuerySchema = numberedQuerySchema(sortable)

export const itemPageSchema = numberedPageSchema(itemSchema).meta({ id: 'Items' })
