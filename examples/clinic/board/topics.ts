import { onAppointments } from './appointments.ts'
import { onPatients } from './patients.ts'

/** The handlers of both topics. */
export const topics = { 'clinic.patient': onPatients, 'clinic.appointment': onAppointments }
