import { appendToOutbox } from '@outbox-cdc/outbox'
import { drizzleTransaction } from '@outbox-cdc/outbox/drizzle'
import { eq } from 'drizzle-orm'
import { patients, type Transaction } from './database.ts'
import { patientRegistered, patientRenamed } from './events.ts'

export type Patient = { readonly id: string; readonly name: string }
export type Outcome = 'created' | 'changed' | 'unchanged'

/** Registers a patient, or renames one. A repeat changes nothing and publishes nothing. */
export async function savePatient(tx: Transaction, { id, name }: Patient): Promise<Outcome> {
  const isNew = await tx.insert(patients).values({ id, name, version: 1 }).onConflictDoNothing().returning()
  if (isNew.length > 0) {
    const event = patientRegistered({ aggregateId: id, aggregateVersion: 1, payload: { name } })
    await appendToOutbox(drizzleTransaction(tx), event)
    return 'created'
  }
  const [existing] = await tx.select().from(patients).where(eq(patients.id, id)).for('update')
  if (existing === undefined || existing.name === name) return 'unchanged'
  const version = existing.version + 1
  await tx.update(patients).set({ name, version }).where(eq(patients.id, id))
  const event = patientRenamed({ aggregateId: id, aggregateVersion: version, payload: { name } })
  await appendToOutbox(drizzleTransaction(tx), event)
  return 'changed'
}
