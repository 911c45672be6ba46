import { randomUUID } from 'node:crypto'
import type { KafkaMessage } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { noPostgres } from '@outbox-cdc/stack'
import { eventually } from '../support/eventually.ts'
import { type PostgresOutbox, type Store, usePostgresOutbox, type WrittenEvent } from '../support/postgres-outbox.ts'
import { watchTopic } from '../support/read-topic.ts'
import { useStack } from '../support/use-stack.ts'

const names = ['주운', 'Zoë “Ω” Ångström', '👩🏽‍🚀🧨', "'; DROP TABLE outbox; --", '{"a":1}\\n\u2028', ' padded ']
let count = 0

function anEvent(event_id: number | string, more: Partial<WrittenEvent> = {}): WrittenEvent {
  count += 1
  const created_at = `2026-01-02T03:04:05.${String(count).padStart(6, '0')}Z`
  const payload = { name: names[count % names.length], quantity: count }
  return { event_id, payload, created_at, message_id: randomUUID(), ...more }
}

/** A record as a consumer sees it. */
function opened({ key, value, headers = {} }: KafkaMessage) {
  const texts = Object.entries(headers).map(([name, header]) => [name, header === null ? null : String(header)])
  return {
    key: (JSON.parse(String(key)) as { payload: unknown }).payload,
    value: (JSON.parse(String(value)) as { payload: Readonly<Record<string, unknown>> }).payload,
    headers: Object.fromEntries(texts) as Readonly<Record<string, string | null>>
  }
}

/** The record that MySQL's connector makes of the same event; only the row's id and Debezium's own headers differ. */
function expected(event: WrittenEvent, store: Store) {
  const { event_id, payload, created_at, message_id, aggregate_version, correlation_id } = event
  const value = { event: 'order_created', event_id, payload: JSON.stringify(payload), created_at }
  const headers = {
    message_id,
    aggregate: 'order',
    aggregate_version: aggregate_version === undefined ? null : String(aggregate_version),
    schema_version: '1',
    correlation_id: correlation_id ?? null,
    causation_id: null,
    traceparent: null
  }
  const digits = expect.stringMatching(/^\d+$/)
  const captured = { delete: { captured_us: digits }, message: { captured_ms: digits } }
  return {
    key: { event_id },
    value: { ...value, id: expect.any(Number) },
    headers: { ...headers, lsn: digits, tx_id: digits, ...captured[store] }
  }
}

/** The records of that many events. A restarted connector may repeat some: as in a consumer's inbox, the first one counts. */
async function recordsOf({ topic }: PostgresOutbox, length: number) {
  const watched = await watchTopic(useStack().kafka, topic)
  onTestFinished(() => watched.stop())
  return eventually(() => {
    const records = watched.records.map(opened)
    const firsts = new Map(records.toReversed().map(record => [record.headers['message_id'], record]))
    expect(firsts.size).toBe(length)
    return records.filter(record => firsts.get(record.headers['message_id']) === record)
  })
}

describe.skipIf(noPostgres !== undefined).each(['delete', 'message'] as const)('the store %s on PostgreSQL', store => {
  // Debezium reads the ids as text when the connector doesn't turn them into integers.
  const textIds = store === 'message' ? { transforms: 'decode,unwrap,topic,key,headers' } : {}

  it.each([
    { kind: 'integers', type: 'integer', ids: [1, 2 ** 31, Number.MAX_SAFE_INTEGER], changes: {} },
    { kind: 'strings', type: 'string', ids: ['7f6c', '12', 'Ω/👩🏽‍🚀'], changes: textIds }
  ] as const)('gives the records of MySQL for ids that are $kind', async ({ type, ids, changes }) => {
    const outbox = await usePostgresOutbox(store, type)
    const before = anEvent(ids[0], { aggregate_version: 3, correlation_id: 'c-1' })
    await outbox.write([before])
    await outbox.startConnector(changes)
    const rolledBack = anEvent(ids[0])
    const several = ids.map(id => anEvent(id))
    await outbox.write([rolledBack], 'ROLLBACK')
    await outbox.write(several)
    await outbox.restartConnector()
    await outbox.write([rolledBack], 'ROLLBACK')
    const last = anEvent(ids[0])
    await outbox.write([last])

    const written = [before, ...several, last]
    const records = await recordsOf(outbox, written.length)
    const found = new Map(records.map(record => [record.headers['message_id'], record]))
    expect(written.map(({ message_id }) => found.get(message_id))).toEqual(written.map(event => expected(event, store)))
    const fields = ['event', 'event_id', 'payload', 'created_at']
    const inOrder = { delete: ['id', ...fields], message: [...fields, 'id'] }
    for (const { value } of records) expect(Object.keys(value)).toEqual(inOrder[store])
    const ofFirst = records.filter(({ key }) => JSON.stringify(key) === JSON.stringify({ event_id: ids[0] }))
    expect(ofFirst.map(({ headers }) => headers['message_id'])).toEqual(
      written.filter(({ event_id }) => event_id === ids[0]).map(({ message_id }) => message_id)
    )
  })

  it('keeps the order of many events of one transaction', async () => {
    const outbox = await usePostgresOutbox(store)
    await outbox.startConnector()
    const events = Array.from({ length: 50 }, () => anEvent(1))
    await outbox.write(events)
    const records = await recordsOf(outbox, events.length)
    expect(records.map(({ headers }) => headers['message_id'])).toEqual(events.map(({ message_id }) => message_id))
    const ids = records.map(({ value }) => Number(value['id']))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
  })

  it('lets go of the WAL that another database writes while this one is idle', async () => {
    const outbox = await usePostgresOutbox(store)
    const busy = await usePostgresOutbox('delete')
    await outbox.startConnector()
    const { confirmed } = await outbox.slot()
    await busy.db.query('CREATE TABLE filler AS SELECT repeat(md5(n::text), 20) FROM generate_series(1, 20000) AS n')
    expect((await outbox.slot()).behind).toBeGreaterThan(5_000_000)
    await eventually(async () => expect((await outbox.slot()).behind).toBeLessThan(1_000_000))
    expect((await outbox.slot()).confirmed).not.toBe(confirmed)
  })
})
