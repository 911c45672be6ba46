import type { ServiceContract } from '@outbox-cdc/contracts'
import {
  appointmentBooked,
  appointmentCancelled,
  appointmentMoved,
  patientRegistered,
  patientRenamed
} from './events.ts'

export const contract: ServiceContract = {
  publishes: {
    'clinic.patient': { [patientRegistered.name]: patientRegistered, [patientRenamed.name]: patientRenamed },
    'clinic.appointment': {
      [appointmentBooked.name]: appointmentBooked,
      [appointmentMoved.name]: appointmentMoved,
      [appointmentCancelled.name]: appointmentCancelled
    }
  }
}
