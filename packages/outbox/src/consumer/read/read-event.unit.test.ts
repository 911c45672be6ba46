import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { counted } from '../../../test/counted.ts'
import { wireMessage } from '../../../test/wire-message.ts'
import { defineEvent } from '../../define-event.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import { jsonDecoding, parseJson } from './decoding.ts'
import { handle } from './handler.ts'
import { readEnvelope, readEvent } from './read-event.ts'

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

  it('reads who caused an event from its header or, where the connector left it there, from the row', () => {
    const { value, headers } = record()
    const row = (actor: unknown) => json({ ...JSON.parse(String(value)).payload, actor })
    const actorOf = (change: Partial<KafkaRecord>) => {
      const read = readEnvelope(record(change))
      return 'event' in read ? read.event.actor : read.refusal
    }
    expect(actorOf({})).toBeUndefined()
    expect(actorOf({ headers: { ...headers, actor: 'customer' } })).toBe('customer')
    expect(actorOf({ value: row('customer') })).toBe('customer')
    expect([row(null), row(7), row('x'.repeat(65))].map(written => actorOf({ value: written }))).toEqual(
      Array(3).fill(undefined)
    )
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

describe('a record of the Outbox Event Router', () => {
  const schema = (type: string, payload: unknown) => json({ schema: { type, optional: false }, payload })
  const java = (change: Partial<KafkaRecord> = {}) =>
    record({
      topic: 'outbox.event.Order',
      timestamp: 1_700_000_000_000,
      key: schema('string', '7'),
      value: schema('string', '{"n":1}'),
      headers: { id: 'f00d', eventType: 'OrderCreated' },
      ...change
    })
  const event = (one: KafkaRecord) => {
    const read = readEnvelope(one)
    if ('refusal' in read) throw read.refusal.error
    return read.event
  }

  it('is an event with the aggregate of its topic and the time of the record, if headers do not say more', () => {
    expect(readEnvelope(java())).toMatchObject({ key: 'Order/7', messageId: 'f00d' })
    expect(event(java())).toMatchObject({
      name: 'OrderCreated',
      aggregate: 'Order',
      aggregateId: '7',
      schemaVersion: 1,
      messageId: 'f00d',
      payload: { n: 1 },
      json: '{"n":1}',
      createdAt: new Date(1_700_000_000_000)
    })
    expect(event(java()).id).toBeUndefined()
  })

  it('has the headers of our own outbox, with names and values as in the unwrapped shape', () => {
    const { messageId } = created
    const time = '2026-01-02T03:04:05.678901Z'
    const headers = { ...record().headers, id: messageId, event: 'counted', created_at: time }
    const { id: _row, payload, ...ours } = event(record())
    const routed = event(java({ key: schema('int64', 7), headers, topic: 't' }))
    expect(routed).toMatchObject({ ...ours, json: '{"n":1}', createdAt: new Date(time) })
    expect(routed.payload).toEqual(payload)
    expect(readEnvelope(java({ headers })).key).toBe('thing/7')
  })

  it.each([
    ['a text with a schema', schema('string', 'a b'), 'a b'],
    ['a whole number with a schema', schema('int64', 7), 7],
    ['a text in JSON', json('7'), '7'],
    ['a whole number in JSON', json(7), 7],
    ['a plain UUID', Buffer.from('018f-ab'), '018f-ab'],
    ['plain text that looks like another number', Buffer.from('1e5'), '1e5'],
    ['plain text with zeros in front', Buffer.from('007'), '007'],
    ['a plain number that JavaScript would round', Buffer.from('9007199254740993'), '9007199254740993'],
    ['plain text that looks like another value', Buffer.from('true'), 'true']
  ])('has for its key %s', (_, key, aggregateId) => {
    expect(event(java({ key })).aggregateId).toBe(aggregateId)
  })

  it('has its payload as JSON text or expanded, with a schema or without', () => {
    for (const value of [json({ n: 1 }), json('{"n":1}'), schema('struct', { n: 1 })])
      expect(event(java({ value }))).toMatchObject({ payload: { n: 1 }, json: '{"n":1}' })
  })

  it.each([
    ['the name', { headers: { id: 'f00d' } }, /event's name: set table\.fields\.additional\.placement/],
    ['the key', { key: null }, /no key: name the column of the aggregate's id in table\.field\.event\.key/],
    ['the payload', { value: null }, /the outbox row has no payload/]
  ])('is refused without %s, and the setting is named', (_, change, words) => {
    const read = readEnvelope(java(change))
    expect('refusal' in read && read.refusal.error.message).toMatch(words)
  })

  it('gives a handler the kind of id that its definition says', () => {
    const define = (aggregateId?: 'string') =>
      defineEvent({
        name: 'OrderCreated',
        aggregate: 'order',
        aggregateId,
        version: 1,
        payload: z.object({ n: z.int() })
      })
    const itemOf = (one: KafkaRecord, definition: ReturnType<typeof define>) => {
      const handlers = new Map([[one.topic, new Map([['OrderCreated', handle(definition, async () => {})]])]])
      return readEvent({ decoding: jsonDecoding, handlers, onUnknown: 'park' }, one)
    }
    expect(itemOf(java(), define())).toMatchObject({ event: { aggregateId: 7 } })
    expect(itemOf(java({ key: json(7) }), define('string'))).toMatchObject({ event: { aggregateId: '7' } })
    const refused = itemOf(java({ key: json('a7') }), define())
    expect(refused).toMatchObject({ refusal: { reason: 'PAYLOAD_INVALID' }, key: 'Order/a7' })
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
