import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { addChange, mustChange } from './changes.ts'

const appointment = { aggregate: 'appointment', aggregateId: 'string', version: 1 } as const
const startsAt = z.iso.datetime()
const booked = defineEvent({
  ...appointment,
  name: 'appointment_booked',
  payload: z.object({ patientId: z.uuid(), startsAt })
})
const moved = defineEvent({ ...appointment, name: 'appointment_moved', payload: z.object({ startsAt }) })
const cancelled = defineEvent({ ...appointment, name: 'appointment_cancelled', payload: z.object({}) })

/** The handlers of the topic clinic.appointment. */
export const onAppointments = {
  [booked.name]: handle(booked, async ({ aggregateId: id, payload }, trx) => {
    await trx('appointment').insert({ id, patient_id: payload.patientId, starts_at: payload.startsAt })
    await addChange(trx, ['appointment', id], `booked for ${payload.startsAt}`)
  }),
  [moved.name]: handle(moved, async ({ aggregateId: id, payload }, trx) => {
    mustChange(await trx('appointment').where({ id }).update({ starts_at: payload.startsAt }))
    await addChange(trx, ['appointment', id], `moved to ${payload.startsAt}`)
  }),
  [cancelled.name]: handle(cancelled, async ({ aggregateId: id }, trx) => {
    mustChange(await trx('appointment').where({ id }).update({ cancelled: true }))
    await addChange(trx, ['appointment', id], 'cancelled')
  })
}
