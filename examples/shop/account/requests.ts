import { pageSchema, textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

const name = textSchema(255).meta({ example: 'Kim' })

export const nameQuerySchema = z.strictObject({ name })

export const newAccountSchema = z
  .strictObject(
    { name, address: textSchema(255).meta({ example: '1 Main Street, Springfield' }) },
    { error: issue => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) }
  )
  .meta({ id: 'NewAccount' })

export const accountSchema = z
  .object({ id: z.int().meta({ example: 1 }), ...newAccountSchema.shape })
  .meta({ id: 'Account' })

export const accountPageSchema = pageSchema(accountSchema).meta({ id: 'Accounts' })
