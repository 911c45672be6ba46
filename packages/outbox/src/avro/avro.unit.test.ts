import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createMemoryRegistry } from '../../test/memory-registry.ts'
import { readEnvelope } from '../consumer/read/read-event.ts'
import { defineEvent } from '../define-event.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import { avroDecoding, avroEncoding } from './index.ts'

const big = z
  .codec(z.union([z.string(), z.int()]), z.bigint(), { decode: BigInt, encode: String })
  .meta({ avro: 'long' })
const placed = defineEvent({
  name: 'order_placed',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), cents: big, note: z.string().optional(), gift: z.string().nullable() })
})

async function useEncoding() {
  const registry = createMemoryRegistry()
  const encoding = avroEncoding({ registry, events: [placed] })
  await encoding.register()
  return { registry, encoding, decoding: avroDecoding({ registry }) }
}

function aRecord(value: Buffer | null, headers: Record<string, string | null> = {}): KafkaRecord {
  const usual = {
    message_id: 'm1',
    aggregate: 'order',
    event: 'order_placed',
    id: '3',
    created_at: '2026-01-01T00:00:00Z'
  }
  const key = Buffer.from('{"event_id":7}')
  return { topic: 't', partition: 0, offset: 1n, timestamp: 0, key, value, headers: { ...usual, ...headers } }
}

describe('an event as Avro', () => {
  it('is the same payload on the other side, longs beyond 2^53, nulls and what was left out included', async () => {
    const { encoding, decoding } = await useEncoding()
    for (const cents of [0n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      const payload = { name: '주운 👩🏽‍🚀', cents, gift: null }
      const record = aRecord(encoding.encode(placed({ aggregateId: 7, payload })))
      await decoding.prepare?.([record])
      const received = readEnvelope(record, decoding)
      expect(received).toMatchObject({ key: 'order/7', event: { id: 3, name: 'order_placed', aggregateId: 7 } })
      expect(z.decode(placed.payload, ('event' in received && received.event.payload) as never)).toEqual(payload)
      expect(Object.keys(('event' in received && received.event.payload) as object)).not.toContain('note')
    }
  })

  it('rejects a value that its schema cannot hold, naming the field', async () => {
    const { encoding } = await useEncoding()
    const event = placed({ aggregateId: 7, payload: { name: 'x', cents: 2n ** 63n, gift: null } })
    expect(() => encoding.encode(event)).toThrow(/order_placed is invalid: payload.cents: "9223372036854775808"/)
  })

  it('cannot be written before its schema is registered, or without its definition', async () => {
    const registry = createMemoryRegistry()
    const encoding = avroEncoding({ registry, events: [placed] })
    const event = placed({ aggregateId: 7, payload: { name: 'x', cents: 1n, gift: null } })
    registry.away = true
    await expect(encoding.register()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true })
    expect(() => encoding.encode(event)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_UNREGISTERED', retryable: true })
    )
    const none = avroEncoding({ registry, events: [] })
    expect(() => none.encode(event)).toThrow(expect.objectContaining({ code: 'SCHEMA_UNREGISTERED', retryable: false }))
    expect(() => avroEncoding({ registry, events: [placed, placed] })).toThrow('defined twice')
  })
})

describe('avroDecoding', () => {
  it('asks once for each schema, and again for one that was not known', async () => {
    const { registry, encoding, decoding } = await useEncoding()
    const record = aRecord(encoding.encode(placed({ aggregateId: 7, payload: { name: 'x', cents: 1n, gift: 'y' } })))
    const strange = aRecord(Buffer.from([0, 0, 0, 0, 99, 2, 2]))
    await decoding.prepare?.([record, record, strange])
    await decoding.prepare?.([record, strange])
    expect(registry.asked).toEqual([1, 99, 99])
    expect(readEnvelope(strange, decoding)).toMatchObject({
      key: 'order/7',
      refusal: { reason: 'UNREADABLE', error: { message: 'Schema 99 is not known' } }
    })
  })

  it('lets records wait while the registry is down', async () => {
    const { registry, decoding } = await useEncoding()
    registry.away = true
    await expect(decoding.prepare?.([aRecord(Buffer.from([0, 0, 0, 0, 1]))])).rejects.toMatchObject({ retryable: true })
  })

  it('rejects a value whose id belongs to another schema, and bytes that do not match their schema', async () => {
    const { encoding, decoding } = await useEncoding()
    const value = encoding.encode(placed({ aggregateId: 7, payload: { name: 'x', cents: 1n, gift: 'y' } }))
    const foreign = aRecord(value, { event: 'order_paid' })
    const torn = aRecord(value.subarray(0, value.length - 1))
    await decoding.prepare?.([foreign, torn])
    expect(readEnvelope(foreign, decoding)).toMatchObject({
      refusal: { error: { message: 'The schema belongs to order.order_placed, not to order.order_paid' } }
    })
    expect(readEnvelope(torn, decoding)).toMatchObject({ refusal: { reason: 'UNREADABLE' } })
  })

  it('reads JSON too: rows, bare payloads, and payloads as Connect wraps text', async () => {
    const { decoding } = await useEncoding()
    const payload = '{"name":"x","cents":1}'
    const row = { id: 3, event: 'order_placed', event_id: 7, payload, created_at: '2026-01-01T00:00:00Z' }
    const texts = [JSON.stringify({ schema: {}, payload: row }), payload, JSON.stringify({ schema: {}, payload })]
    for (const [index, text] of texts.entries()) {
      const record = aRecord(Buffer.from(text), index === 0 ? { event: null } : {})
      expect(readEnvelope(record, decoding)).toMatchObject({ event: { id: 3, json: payload, payload: { name: 'x' } } })
    }
  })
})
