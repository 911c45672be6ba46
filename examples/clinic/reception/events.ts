import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

// The ids are UUIDs. The connector sends the events of each aggregate to a topic of its own: clinic.patient and
// clinic.appointment.
const patient = { aggregate: 'patient', aggregateId: 'string', version: 1 } as const
const appointment = { aggregate: 'appointment', aggregateId: 'string', version: 1 } as const

const named = z.object({ name: z.string() })
const at = z.object({ startsAt: z.iso.datetime() })

export const patientRegistered = defineEvent({ ...patient, name: 'patient_registered', payload: named })
export const patientRenamed = defineEvent({ ...patient, name: 'patient_renamed', payload: named })

export const appointmentBooked = defineEvent({
  ...appointment,
  name: 'appointment_booked',
  payload: at.extend({ patientId: z.uuid() })
})
export const appointmentMoved = defineEvent({ ...appointment, name: 'appointment_moved', payload: at })
export const appointmentCancelled = defineEvent({
  ...appointment,
  name: 'appointment_cancelled',
  payload: z.object({})
})
