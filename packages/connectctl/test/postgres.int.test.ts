import { noPostgres, type Stack } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordsOf } from './own-connector.ts'
import { ownPostgresConnector, startOwnPostgres } from './own-postgres.ts'

const patience = { timeoutMs: 60_000, everyMs: 250 }
let stack: Stack

beforeAll(async () => {
  if (noPostgres === undefined) stack = await startOwnPostgres()
})
afterAll(() => stack?.stopAll())

describe.skipIf(noPostgres !== undefined)('a connector of PostgreSQL', { timeout: 180_000 }, () => {
  it('makes its slot before the first event', async () => {
    const { connectctl, insertEvent, topic, name } = await ownPostgresConnector(stack)
    expect(await connectctl('apply')).toMatchObject({
      code: 0,
      out: expect.stringContaining('created, every task runs')
    })
    await insertEvent(1)
    const records = await recordsOf(topic)
    await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1]), patience)
    expect(await connectctl('apply')).toMatchObject({ code: 0, out: expect.stringContaining('unchanged') })
    console.log(await connectctl('validate'), await connectctl('doctor'), await connectctl('offsets', 'get', name))
    const { environment } = await ownPostgresConnector(stack)
    const r = await fetch(
      `${environment.CONNECT_URL}/connector-plugins/io.debezium.connector.postgresql.PostgresConnector/config/validate`,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ 'connector.class': 'io.debezium.connector.postgresql.PostgresConnector', name: 'x' })
      }
    )
    const { writeFile } = await import('node:fs/promises')
    await writeFile('/tmp/pg-settings.json', await r.text())
  })

  it('probes', async () => {
    const { keeper } = await ownPostgresConnector(stack)
    const kept = await keeper()
    await eventually(() => expect(kept.watched()?.state).toBe('flowing'), patience)
    console.log(await kept.metrics())
  })
})
