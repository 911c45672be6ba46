import { notFound, onlyMethods, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { changesOf } from './changes.ts'

const daySchema = z.object({ day: z.iso.date({ error: 'must be a day such as 2030-05-02' }) })
const idSchema = z.object({ id: z.uuid({ error: 'must be a UUID' }).toLowerCase() })
const columns = {
  id: 'appointment.id',
  startsAt: 'appointment.starts_at',
  patient: 'patient.name',
  cancelled: 'appointment.cancelled'
}

/** What the board shows. The name of a patient is null until its own event has arrived. */
export function createRoutes(db: Knex): Router {
  const routes = Router()
  const appointments = () =>
    db('appointment').leftJoin('patient', 'patient.id', 'appointment.patient_id').select(columns)
  routes
    .route('/days/:day')
    .get(async (request, response) => {
      const { day } = validated(daySchema, request.params, 'path')
      const from = new Date(`${day}T00:00:00Z`)
      const to = new Date(from.getTime() + 86_400_000)
      response.json(
        await appointments()
          .where('starts_at', '>=', from)
          .where('starts_at', '<', to)
          .where({ cancelled: false })
          .orderBy('starts_at')
      )
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/appointments/:id')
    .get(async (request, response) => {
      const { id } = validated(idSchema, request.params, 'path')
      const appointment = await appointments().where({ 'appointment.id': id }).first()
      if (appointment === undefined) throw notFound(`There is no appointment ${id}`)
      response.json({ ...appointment, changes: await changesOf(db, ['appointment', id]) })
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/patients/:id')
    .get(async (request, response) => {
      const { id } = validated(idSchema, request.params, 'path')
      const patient = await db('patient').where({ id }).first()
      if (patient === undefined) throw notFound(`There is no patient ${id}`)
      response.json({ ...patient, changes: await changesOf(db, ['patient', id]) })
    })
    .all(onlyMethods('GET, HEAD'))
  return routes
}
