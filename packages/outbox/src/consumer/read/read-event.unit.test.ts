import { describe, expect, it } from 'vitest'
import { counted } from '../../../test/counted.ts'
import { wireMessage } from '../../../test/wire-message.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import { parseJson } from './decoding.ts'
import { readEnvelope } from './read-event.ts'

const created = counted({ aggregateId: 7, aggregateVersion: 2, correlationId: 'c', payload: { n: 1 } })

function record(change: Partial<KafkaRecord> = {}): KafkaRecord {
  const { key, value, headers } = wireMessage(created, 5)
  return {
    topic: 't',
    partition: 3,
    offset: 9n,
    timestamp: 0,
    key: Buffer.from(key ?? ''),
    value: Buffer.from(value ?? ''),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
    ...change
  }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

describe('readEnvelope', () => {
  it('reads key, value and headers, with a schema around them and without', () => {
    const expected = {
      key: 'thing/7',
      messageId: created.messageId,
      event: {
        id: 5,
        name: 'counted',
        aggregateId: 7,
        aggregateVersion: 2,
        schemaVersion: 1,
        correlationId: 'c',
        payload: { n: 1 }
      }
    }
    expect(readEnvelope(record())).toMatchObject(expected)
    const bare = (buffer: Buffer | null) => json(JSON.parse(String(buffer)).payload)
    expect(readEnvelope(record({ key: bare(record().key), value: bare(record().value) }))).toMatchObject(expected)
  })

  it('reads a header without a value as absent', () => {
    const headers = { ...record().headers, correlation_id: null, aggregate_version: null, schema_version: null }
    const read = readEnvelope(record({ headers }))
    expect(
      'event' in read && [read.event.correlationId, read.event.aggregateVersion, read.event.schemaVersion]
    ).toEqual([undefined, undefined, 1])
  })

  it('gives an unreadable record a key, and an identity that a redelivery shares', () => {
    const broken = record({ key: Buffer.from('no json'), headers: {} })
    const [first, again] = [readEnvelope(broken), readEnvelope(broken)]
    expect(first).toMatchObject({ refusal: { reason: 'UNREADABLE' }, key: expect.stringMatching(/^raw:[0-9a-f]{32}$/) })
    expect(first.messageId).toBe(again.messageId)
    expect(first.messageId.length).toBeLessThanOrEqual(64)
    expect(readEnvelope({ ...broken, offset: 10n }).messageId).not.toBe(first.messageId)
    // Another topic of the same name has other records at the same places.
    expect(readEnvelope({ ...broken, timestamp: 5 }).messageId).not.toBe(first.messageId)
    expect(readEnvelope({ ...broken, value: Buffer.from('{"other') }).messageId).not.toBe(first.messageId)
    expect(readEnvelope(record({ key: null })).key).toBe('partition:3')
  })

  it.each([
    ['the key', { key: null }, /no key: set message\.key\.columns=orders\.outbox:event_id/],
    ['the column in the key', { key: json({ id: 5 }) }, /\(it has id\): set message\.key\.columns=orders\.outbox:/],
    ['a key in JSON', { key: Buffer.from('Struct{event_id=7}') }, /The key cannot be read .*: check key\.converter/],
    ['the header', { headers: {} }, /header message_id is missing: .*pattern must match the topic s\.orders\.outbox/],
    ['the value', { value: null }, /set skipped\.operations=u,d,t/],
    ['the row', { value: json({ op: 'c', before: null, after: {} }) }, /needs the transform ExtractNewRecordState/]
  ])('names %s that is missing, and the setting that makes it', (_what, change, words) => {
    const read = readEnvelope(record({ topic: 's.orders.outbox', ...change }))
    expect('refusal' in read && read.refusal.error.message).toMatch(words)
  })

  it('never throws, whatever the bytes are', () => {
    const values = [
      '',
      '0',
      'null',
      '[]',
      '{}',
      '{"payload":{}}',
      '"x"',
      '{"schema":1,"payload":null}',
      '\u0000',
      '{"id":1e999}'
    ]
    for (const value of values) expect(readEnvelope(record({ value: Buffer.from(value) }))).toHaveProperty('refusal')
    for (const key of values) expect(readEnvelope(record({ key: Buffer.from(key) }))).toHaveProperty('refusal')
  })
})

describe('parseJson', () => {
  it('accepts JSON as deep as MySQL stores it, and rejects deeper nesting and __proto__ in any spelling', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => parseJson(nested(100))).not.toThrow()
    expect(() => parseJson(nested(101))).toThrow(/deeper/)
    expect(parseJson('{"a":"[[{\\"__proto__ as text"}')).toEqual({ a: '[[{"__proto__ as text' })
    expect(() => parseJson('{"a":[{"__proto__":1}]}')).toThrow(SyntaxError)
    expect(() => parseJson('{"\\u005f\\u005fproto__":1}')).toThrow(SyntaxError)
  })
})
