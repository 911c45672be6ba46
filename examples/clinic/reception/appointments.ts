import { appendToOutbox } from '@outbox-cdc/outbox'
import { drizzleTransaction } from '@outbox-cdc/outbox/drizzle'
import { DrizzleQueryError, eq } from 'drizzle-orm'
import { DatabaseError } from 'pg'
import { isMove, type Wanted } from './appointment.ts'
import { appointments, type Transaction } from './database.ts'
import { appointmentBooked, appointmentCancelled, appointmentMoved } from './events.ts'
import type { Outcome } from './patients.ts'

/** Books an appointment, or moves one. A repeat changes nothing and publishes nothing. */
export async function bookAppointment(tx: Transaction, id: string, wanted: Wanted): Promise<Outcome> {
  const { patientId, startsAt } = wanted
  const payload = { startsAt: startsAt.toISOString() }
  const isNew = await tx
    .insert(appointments)
    .values({ id, patientId, startsAt, version: 1 })
    .onConflictDoNothing({ target: appointments.id })
    .returning()
  if (isNew.length > 0) {
    const event = appointmentBooked({ aggregateId: id, aggregateVersion: 1, payload: { patientId, ...payload } })
    await appendToOutbox(drizzleTransaction(tx), event)
    return 'created'
  }
  const existing = await lockAppointment(tx, id)
  if (existing === undefined || !isMove(existing, wanted)) return 'unchanged'
  const version = existing.version + 1
  await tx.update(appointments).set({ startsAt, version }).where(eq(appointments.id, id))
  const event = appointmentMoved({ aggregateId: id, aggregateVersion: version, payload })
  await appendToOutbox(drizzleTransaction(tx), event)
  return 'changed'
}

/** Returns false if there is no such appointment. To cancel one twice changes nothing. */
export async function cancelAppointment(tx: Transaction, id: string): Promise<boolean> {
  const existing = await lockAppointment(tx, id)
  if (existing === undefined || existing.cancelled) return existing !== undefined
  const version = existing.version + 1
  await tx.update(appointments).set({ cancelled: true, version }).where(eq(appointments.id, id))
  const event = appointmentCancelled({ aggregateId: id, aggregateVersion: version, payload: {} })
  await appendToOutbox(drizzleTransaction(tx), event)
  return true
}

// Requests for one appointment wait for each other, so its versions and events have one order.
async function lockAppointment(tx: Transaction, id: string) {
  const [appointment] = await tx.select().from(appointments).where(eq(appointments.id, id)).for('update')
  return appointment
}

/** Whether another appointment has the time, by the index of the migration. */
export function isSlotTaken(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  return cause instanceof DatabaseError && cause.constraint === 'one_appointment_at_a_time'
}
