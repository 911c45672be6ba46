import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { addChange, mustChange } from './changes.ts'

// Only the fields that this service reads. It shares no code with the reception.
const patient = { aggregate: 'patient', aggregateId: 'string', version: 1 } as const
const payload = z.object({ name: z.string() })
const registered = defineEvent({ ...patient, name: 'patient_registered', payload })
const renamed = defineEvent({ ...patient, name: 'patient_renamed', payload })

/** The handlers of the topic clinic.patient. What they write through `trx` commits with the event's inbox row. */
export const onPatients = {
  [registered.name]: handle(registered, async ({ aggregateId: id, payload: { name } }, trx) => {
    await trx('patient').insert({ id, name })
    await addChange(trx, ['patient', id], `registered as ${name}`)
  }),
  [renamed.name]: handle(renamed, async ({ aggregateId: id, payload: { name } }, trx) => {
    mustChange(await trx('patient').where({ id }).update({ name }))
    await addChange(trx, ['patient', id], `renamed to ${name}`)
  })
}
