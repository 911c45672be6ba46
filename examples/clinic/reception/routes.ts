import { type Explain, notFound, onlyMethods, Problem, validated } from '@outbox-cdc/service-kit'
import { json, Router } from 'express'
import { BookingError } from './appointment.ts'
import { bookAppointment, cancelAppointment, isSlotTaken } from './appointments.ts'
import type { Database } from './database.ts'
import { savePatient } from './patients.ts'
import { appointmentBodySchema, pathSchema, patientBodySchema } from './requests.ts'

/** The client chooses the ids, so it can repeat a request whose answer it didn't get. */
export function createRoutes(db: Database): Router {
  const routes = Router()
  routes
    .route('/patients/:id')
    .put(json(), async (request, response) => {
      const { id } = validated(pathSchema, request.params, 'path')
      const patient = { id, ...validated(patientBodySchema, request.body, 'body') }
      const outcome = await db.transaction(tx => savePatient(tx, patient))
      response.status(outcome === 'created' ? 201 : 200).json(patient)
    })
    .all(onlyMethods('PUT'))
  routes
    .route('/appointments/:id')
    .put(json(), async (request, response) => {
      const { id } = validated(pathSchema, request.params, 'path')
      const { patient, startsAt } = validated(appointmentBodySchema, request.body, 'body')
      // One transaction: if the time is taken, the patient isn't registered either, and neither event is published.
      const outcome = await db.transaction(async tx => {
        await savePatient(tx, patient)
        return bookAppointment(tx, id, { patientId: patient.id, startsAt })
      })
      response.status(outcome === 'created' ? 201 : 200).json({ id, patient, startsAt })
    })
    .delete(async (request, response) => {
      const { id } = validated(pathSchema, request.params, 'path')
      const exists = await db.transaction(tx => cancelAppointment(tx, id))
      if (!exists) throw notFound(`There is no appointment ${id}`)
      response.status(204).end()
    })
    .all(onlyMethods('PUT, DELETE'))
  return routes
}

/** What the rules and the database refuse, as HTTP. */
export const explain: Explain = error => {
  if (error instanceof BookingError) return conflict(error.code, error.message)
  if (isSlotTaken(error)) return conflict('slot-taken', 'Another appointment has this time')
  return undefined
}

const conflict = (type: string, detail: string) => new Problem(409, { type, title: 'Not possible', detail })
