import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { typedMessage } from '../../test/wire-message.ts'
import { readEvent } from '../consumer/read/read-event.ts'
import { defineEvent, type EventDefinition, handle, type KafkaRecord } from '../index.ts'
import { avroDecoding, avroEncoding, schemaRegistry } from './index.ts'

const registry = useRegistry()
const old = { name: z.string(), quantity: z.int() }
const oldPayload = { name: 'joon', quantity: 95 }

type Change = {
  readonly what: string
  readonly fields: z.ZodRawShape
  readonly payload: object
  /** What who knows only the old definition makes of a new event; a string is why it is parked. */
  readonly oldReadsNew: object | string
  readonly newReadsOld: object
}

const accepted: readonly Change[] = [
  {
    what: 'a field added with a default',
    fields: { ...old, colour: z.string().default('red') },
    payload: { ...oldPayload, colour: 'blue' },
    oldReadsNew: oldPayload,
    newReadsOld: { ...oldPayload, colour: 'red' }
  },
  {
    what: 'a field added that may be left out',
    fields: { ...old, note: z.string().optional() },
    payload: { ...oldPayload, note: 'fragile' },
    oldReadsNew: oldPayload,
    newReadsOld: oldPayload
  },
  {
    what: 'a field removed, which an old consumer misses',
    fields: { name: old.name },
    payload: { name: 'joon' },
    oldReadsNew: 'PAYLOAD_INVALID',
    newReadsOld: { name: 'joon' }
  },
  {
    what: 'a field renamed to one that may be left out, which an old consumer misses',
    fields: { name: old.name, amount: z.int().optional() },
    payload: { name: 'joon', amount: 95 },
    oldReadsNew: 'PAYLOAD_INVALID',
    newReadsOld: { name: 'joon' }
  },
  {
    what: 'a whole number widened, as long as it is whole',
    fields: { ...old, quantity: z.number() },
    payload: { ...oldPayload, quantity: 2 },
    oldReadsNew: { ...oldPayload, quantity: 2 },
    newReadsOld: oldPayload
  },
  {
    what: 'a whole number widened, which an old consumer cannot take',
    fields: { ...old, quantity: z.number() },
    payload: { ...oldPayload, quantity: 2.5 },
    oldReadsNew: 'PAYLOAD_INVALID',
    newReadsOld: oldPayload
  }
]

const refused: readonly (readonly [string, z.ZodRawShape])[] = [
  ['a field added without a default', { ...old, colour: z.string() }],
  ['a field renamed', { name: old.name, amount: z.int() }],
  ['a field retyped', { ...old, quantity: z.string() }],
  ['a number narrowed', { ...old, quantity: z.int().meta({ avro: 'int' }) }]
]

/** Two versions of one event, under a name that no other test has. */
function versions(before: z.ZodRawShape, after: z.ZodRawShape) {
  const aggregate = uniqueName('order')
  const of = (fields: z.ZodRawShape) =>
    defineEvent({ name: 'order_placed', aggregate, version: 1, payload: z.object(fields) })
  return { before: of(before), after: of(after) }
}

async function encodingOf(definition: EventDefinition) {
  const encoding = avroEncoding({ registry: schemaRegistry({ url: registry().url }), events: [definition] })
  await encoding.register()
  return encoding
}

/** What a consumer with this definition hands to its handler, or why it parks the event. */
async function readBy(definition: EventDefinition, value: Buffer): Promise<unknown> {
  const decoding = avroDecoding({ registry: schemaRegistry({ url: registry().url }) })
  const { aggregate, name } = definition
  const row = { id: '3', event: name, aggregate, message_id: 'm1', created_at: '2026-01-01T00:00:00Z' }
  const key = Buffer.from('{"event_id":7}')
  const record: KafkaRecord = { topic: 't', partition: 0, offset: 1n, timestamp: 0, key, value, headers: row }
  const handlers = new Map([['t', new Map([[name, handle(definition, async () => {})]])]])
  await decoding.prepare?.([record])
  const item = readEvent({ decoding, handlers, onUnknown: 'park' }, record)
  return 'refusal' in item ? item.refusal.reason : item.event.payload
}

async function write(definition: EventDefinition, payload: unknown): Promise<Buffer> {
  const encoding = await encodingOf(definition)
  return typedMessage(definition({ aggregateId: 7, payload }), encoding).value as Buffer
}

describe.skipIf(noRegistry !== undefined)('an event that changes', () => {
  it.each(accepted)('is accepted by the registry: $what', async ({ fields, payload, oldReadsNew, newReadsOld }) => {
    const { before, after } = versions(old, fields)
    const oldEvent = await write(before, oldPayload)
    const newEvent = await write(after, payload)
    expect(newEvent.readUInt32BE(1)).not.toBe(oldEvent.readUInt32BE(1))
    expect(await readBy(before, newEvent)).toEqual(oldReadsNew)
    expect(await readBy(after, oldEvent)).toEqual(newReadsOld)
    expect(await readBy(before, oldEvent)).toEqual(oldPayload)
    expect(await readBy(after, newEvent)).toEqual(payload)
  })

  it.each(refused)('is rejected at registration, and events still use the old schema: %s', async (_, fields) => {
    const { before, after } = versions(old, fields)
    await encodingOf(before)
    await expect(encodingOf(after)).rejects.toMatchObject({
      code: 'SCHEMA_REFUSED',
      retryable: false,
      message: expect.stringContaining(`${after.aggregate}.order_placed`)
    })
    expect(await readBy(before, await write(before, oldPayload))).toEqual(oldPayload)
  })

  it('may go from 32 bits to 64, and keeps longs beyond 2^53 to the last digit', async () => {
    const exact = z.codec(z.union([z.string(), z.int()]), z.bigint(), { decode: BigInt, encode: String })
    const { before, after } = versions({ n: z.int().meta({ avro: 'int' }) }, { n: exact.meta({ avro: 'long' }) })
    expect(await readBy(after, await write(before, { n: 7 }))).toEqual({ n: 7n })
    for (const n of [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      const value = await write(after, { n })
      expect(await readBy(after, value)).toEqual({ n })
      // Who knows whole numbers only gets none that was rounded.
      expect(await readBy(before, value)).toBe('PAYLOAD_INVALID')
    }
  })
})
