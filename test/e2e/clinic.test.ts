import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { appendToOutbox, defineEvent } from '@outbox-cdc/outbox'
import { pgTransaction } from '@outbox-cdc/outbox/pg'
import { runNode, urlFor } from '@outbox-cdc/pipeline'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { fetchJson, get } from '../support/http.ts'
import { curlCommands, runAt } from '../support/readme-commands.ts'
import { type TestPipeline, startTestPipeline } from '../support/test-pipeline.ts'
import { verifyRecords } from '../support/verify-records.ts'
import { newTraceparent, startTraceReceiver, type TraceReceiver, treeOf } from '../support/trace-receiver.ts'

// The example's own promises, with everything started once.
let pipeline: TestPipeline
let receiver: TraceReceiver
beforeAll(async () => {
  receiver = await startTraceReceiver()
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url
  pipeline = await startTestPipeline({ system: 'clinic' })
})
afterAll(async () => {
  await pipeline?.stop()
  await receiver?.stop()
})

const url = (service: string, path: string) => `http://127.0.0.1:${pipeline.settings.ports[service]}${path}`
/** Repeats what a busy machine refuses because no connection is free in time: nothing was written then. */
const inReception = (path: string, method: string, body?: object) =>
  eventually(
    async () => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetchJson(url('reception', path), {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      expect(answer.status, answer.text).not.toBe(503)
      return answer
    },
    { timeoutMs: 60_000 }
  )

let slots = 0
/** A time that no other appointment has. */
const aTime = () => new Date(Date.UTC(2030, 0, 1) + 15 * 60_000 * slots++).toISOString()
const aPatient = (name = 'Ada', id: string = randomUUID()) => ({ id, name })

async function register({ id, name }: ReturnType<typeof aPatient>, status = 201) {
  expect((await inReception(`/patients/${id}`, 'PUT', { name })).status).toBe(status)
}

async function book(id: string, body: { patient: object; startsAt: string }, status = 201) {
  expect((await inReception(`/appointments/${id}`, 'PUT', body)).status).toBe(status)
}

/** Waits until the board shows at least as many changes; returns them all. */
async function changesOf(path: string, expected: readonly string[]) {
  await eventually(async () => {
    const { body } = await get(url('board', path))
    expect(body?.changes?.length ?? 0).toBeGreaterThanOrEqual(expected.length)
    expect(body.changes).toEqual(expected)
  })
}

it('answers the commands of its README as the README shows', async () => {
  const commands = await curlCommands('examples/clinic/README.md')
  expect(commands.length).toBe(6)
  for (const { command, output } of commands) {
    await eventually(async () => {
      const answer = await runAt(pipeline.settings, command)
      for (const line of output) expect(answer).toContain(line)
    })
  }
})

it('checks in readiness that its outbox publishes, and does not name the server that answers', async () => {
  const ready = await fetchJson(url('reception', '/health/ready'))
  expect(ready.body).toEqual({ status: 'up', checks: { database: 'up', outbox: 'up' } })
  for (const service of ['reception', 'board'])
    expect((await fetchJson(url(service, '/health/ready'))).headers.get('x-powered-by')).toBeNull()
})

it('brings the events of both aggregates to the board, once and in the order of each', async () => {
  const visits = Array.from({ length: 20 }, (_, n) => ({ id: randomUUID(), patient: aPatient(`Zoë ${n}`) }))
  const expected = await Promise.all(
    visits.map(async ({ id, patient }) => {
      const [first, second] = [aTime(), aTime()]
      await book(id, { patient, startsAt: first })
      await book(id, { patient: { ...patient, name: `${patient.name} Ω` }, startsAt: second }, 200)
      await register(patient, 200)
      expect((await inReception(`/appointments/${id}`, 'DELETE')).status).toBe(204)
      return { id, patient, changes: [`booked for ${first}`, `moved to ${second}`, 'cancelled'] }
    })
  )
  for (const { id, patient, changes } of expected) {
    await changesOf(`/appointments/${id}`, changes)
    const { name } = patient
    await changesOf(`/patients/${patient.id}`, [`registered as ${name}`, `renamed to ${name} Ω`, `renamed to ${name}`])
  }
})

it('shows a booking in one trace, from the request to the commit of the board', async () => {
  const { spanId, traceparent } = newTraceparent()
  const body = JSON.stringify({ patient: aPatient('Ada of the trace'), startsAt: aTime() })
  const headers = { 'content-type': 'application/json', traceparent }
  await fetchJson(url('reception', `/appointments/${randomUUID()}`), { method: 'PUT', headers, body })
  await eventually(() => {
    const tree = treeOf(receiver.spans, spanId).join('\n')
    expect(tree).toMatch(/^reception: PUT \/appointments\/:id\n/)
    expect(tree).toMatch(/^ {2}reception: pg\.query:COMMIT/m)
    for (const event of ['patient_registered', 'appointment_booked']) {
      expect(tree).toContain(`\n  board: publish ${event}`)
      expect(tree).toMatch(
        new RegExp(`^ {2}board: process ${event}\n( {4}board: .*\n)* {4}board: pg.query:COMMIT`, 'm')
      )
    }
  })
  expect(JSON.stringify(receiver.spans)).not.toContain('Ada of the trace')
})

it('publishes records that keep the contract of the board', async () => {
  const [id, patient] = [randomUUID(), aPatient()]
  await book(id, { patient, startsAt: aTime() })
  await book(id, { patient: { ...patient, name: 'Bea' }, startsAt: aTime() }, 200)
  expect((await inReception(`/appointments/${id}`, 'DELETE')).status).toBe(204)
  const causedBy = (events: readonly string[], aggregateId: string) =>
    Object.fromEntries(events.map(event => [event, async () => aggregateId]))
  await verifyRecords(pipeline, {
    ...causedBy(['patient_registered', 'patient_renamed'], patient.id),
    ...causedBy(['appointment_booked', 'appointment_moved', 'appointment_cancelled'], id)
  })
})

it('publishes nothing of a transaction that rolls back', async () => {
  const [startsAt, later] = [aTime(), aTime()]
  await book(randomUUID(), { patient: aPatient(), startsAt })
  // Both rows of this patient's first event are written before the database finds that the time is taken.
  const [id, patient] = [randomUUID(), aPatient('Never')]
  await book(id, { patient, startsAt }, 409)
  await book(id, { patient: { ...patient, name: 'Eve' }, startsAt: later })
  await changesOf(`/patients/${patient.id}`, ['registered as Eve'])
  await changesOf(`/appointments/${id}`, [`booked for ${later}`])
})

it('refuses what is invalid with a problem, and changes nothing', async () => {
  const [id, patient, startsAt] = [randomUUID(), aPatient(), aTime()]
  const wrong = [
    { patient, startsAt: '2030-05-02T09:10:00Z' },
    { patient: { ...patient, name: '' }, startsAt },
    { patient: { ...patient, id: 'x' }, startsAt },
    { patient },
    [],
    { patient, startsAt, more: 1 }
  ]
  for (const body of wrong) {
    const answer = await inReception(`/appointments/${id}`, 'PUT', body)
    expect(answer.status, answer.text).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body.errors).not.toEqual([])
  }
  expect((await inReception(`/appointments/${id}`, 'DELETE')).status).toBe(404)
  await book(id, { patient, startsAt })
  await changesOf(`/appointments/${id}`, [`booked for ${startsAt}`])
  await changesOf(`/patients/${patient.id}`, [`registered as ${patient.name}`])
})

it('publishes nothing for a request that is repeated', async () => {
  const [id, patient, startsAt, later] = [randomUUID(), aPatient(), aTime(), aTime()]
  const answers = await Promise.all(
    [id, id.toUpperCase(), id].map(each => inReception(`/appointments/${each}`, 'PUT', { patient, startsAt }))
  )
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201])
  await book(id, { patient, startsAt: later }, 200)
  await changesOf(`/appointments/${id}`, [`booked for ${startsAt}`, `moved to ${later}`])
})

it('loses nothing and shows nothing twice when the board is killed in the middle', async () => {
  const board = pipeline.services.get('board')
  const patients = Array.from({ length: 60 }, (_, n) => aPatient(`Kim ${n}`))
  for (const [n, patient] of patients.entries()) {
    await register(patient)
    if (n === 20) {
      await changesOf(`/patients/${patients[0]?.id}`, ['registered as Kim 0', 'renamed to Lee 0'])
      await board?.kill()
    }
    if (n === 40) await board?.start()
    await register({ ...patient, name: `Lee ${n}` }, 200)
  }
  for (const [n, { id }] of patients.entries())
    await changesOf(`/patients/${id}`, [`registered as Kim ${n}`, `renamed to Lee ${n}`])
})

it('shows the appointment whose id a patient with a parked event has, and that patient again after a skip', async () => {
  const [patient, startsAt, later] = [aPatient('Ana'), aTime(), aTime()]
  await book(patient.id, { patient, startsAt })
  await changesOf(`/patients/${patient.id}`, ['registered as Ana'])
  await appendUnreadable(patient.id)
  await register({ ...patient, name: 'Bea' }, 200)
  await book(patient.id, { patient: { ...patient, name: 'Bea' }, startsAt: later }, 200)
  await changesOf(`/appointments/${patient.id}`, [`booked for ${startsAt}`, `moved to ${later}`])

  const key = `patient/${patient.id}`
  await eventually(async () => expect(await outboxctl('parked', 'show', key)).toContain('patient_renamed'))
  await changesOf(`/patients/${patient.id}`, ['registered as Ana'])
  await outboxctl('parked', 'skip', key, '--because', 'a test', '--yes')
  await changesOf(`/patients/${patient.id}`, ['registered as Ana', 'renamed to Bea'])
})

const at = () => {
  const { settings, stack } = pipeline
  return { system: settings.system, stack, secretsDir: join(settings.dir, 'secrets') }
}

/** An event that the board can't read, as from a reception with a mistake. */
async function appendUnreadable(aggregateId: string): Promise<void> {
  const payload = z.object({ name: z.int() })
  const renamed = defineEvent({
    name: 'patient_renamed',
    aggregate: 'patient',
    aggregateId: 'string',
    version: 1,
    payload
  })
  const client = new Client({ connectionString: await urlFor('reception', 'reception', at()) })
  await client.connect()
  await client.query('BEGIN')
  await appendToOutbox(pgTransaction(client), renamed({ aggregateId, payload: { name: 7 } }))
  await client.query('COMMIT')
  await client.end()
}

async function outboxctl(...args: readonly string[]): Promise<string> {
  return runNode('packages/outbox/src/cli.ts', { OUTBOX_DB_URL: await urlFor('board', 'board', at()) }, args)
}
