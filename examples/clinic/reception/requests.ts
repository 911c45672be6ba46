import { z } from 'zod'
import { isSlot } from './appointment.ts'

// The outbox takes ids as they are. PostgreSQL doesn't distinguish upper and lower case in a UUID, so we don't either.
const id = z.uuid({ error: 'must be a UUID' }).toLowerCase()
const name = z
  .string({ error: 'must be a string' })
  .trim()
  .min(1, { error: 'must not be empty' })
  .max(100, { error: 'must hold at most 100 characters' })
  .refine(text => !text.includes('\0'), { error: 'must not contain U+0000' })

export const pathSchema = z.object({ id })
export const patientBodySchema = z.strictObject({ name }, { error: 'must be a JSON object with name' })
export const appointmentBodySchema = z.strictObject(
  {
    patient: z.strictObject({ id, name }, { error: 'must be an object with id and name' }),
    startsAt: z.iso
      .datetime({ offset: true, error: 'must be a time such as 2030-05-02T09:15:00Z' })
      .transform(text => new Date(text))
      .refine(isSlot, { error: 'must be a full quarter of an hour' })
  },
  { error: 'must be a JSON object with patient and startsAt' }
)
