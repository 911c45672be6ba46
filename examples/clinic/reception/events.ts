import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

// The ids are UUIDs. The connector sends the events of each aggregate to a topic of its own: clinic.patient and
// clinic.appointment.
const patient = { aggregate: 'patient', aggregateId: 'string', version: 1 } as const
const appointment = { aggregate: 'appointment', aggregateId: 'string', version: 1 } as const

const named = { payload: z.object({ name: z.string() }), example: { name: 'Kim' } }
const at = z.object({ startsAt: z.iso.datetime() })
const startsAt = '2026-03-02T09:00:00Z'

export const patientRegistered = defineEvent({
  ...patient,
  ...named,
  name: 'patient_registered',
  description: 'The reception knows this patient from now on.'
})
export const patientRenamed = defineEvent({
  ...patient,
  ...named,
  name: 'patient_renamed',
  description: 'The patient has another name.'
})

export const appointmentBooked = defineEvent({
  ...appointment,
  name: 'appointment_booked',
  description: 'A patient comes at this time.',
  payload: at.extend({ patientId: z.uuid() }),
  example: { startsAt, patientId: '01980000-0000-7000-8000-000000000003' }
})
export const appointmentMoved = defineEvent({
  ...appointment,
  name: 'appointment_moved',
  description: 'The patient comes at another time.',
  payload: at,
  example: { startsAt }
})
export const appointmentCancelled = defineEvent({
  ...appointment,
  name: 'appointment_cancelled',
  description: 'The patient does not come.',
  payload: z.object({}),
  example: {}
})
