import type { Message } from 'kafkajs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { defineEvent, handle, listParked, requestRetry, skipParked } from '../src/index.ts'
import { useConsumerBench } from './consumer-bench.ts'
import { counted } from './counted.ts'
import { wireMessage } from './wire-message.ts'

type Poison = { readonly name: string; readonly reason: string; readonly spoil: (good: Message) => Message }

const value = (good: Message) => JSON.parse(String(good.value))
const withPayload = (good: Message, payload: string) => {
  const { schema, payload: row } = value(good)
  return { ...good, value: JSON.stringify({ schema, payload: { ...row, payload } }) }
}
const withRow = (good: Message, change: object) => {
  const { schema, payload: row } = value(good)
  return { ...good, value: JSON.stringify({ schema, payload: { ...row, ...change } }) }
}

/** Each spoils the first event of a key of its own. */
const poisons: readonly Poison[] = [
  { name: 'bad JSON', reason: 'UNREADABLE', spoil: good => ({ ...good, value: '{"schema": {' }) },
  { name: 'bad JSON in the payload', reason: 'UNREADABLE', spoil: good => withPayload(good, '{"n": ') },
  {
    name: 'bytes that are no text',
    reason: 'UNREADABLE',
    spoil: good => ({ ...good, value: Buffer.from([0, 255, 254]) })
  },
  { name: 'null value', reason: 'UNREADABLE', spoil: good => ({ ...good, value: null }) },
  // Without the aggregate too, later events of the key wouldn't wait behind it.
  { name: 'missing headers', reason: 'UNREADABLE', spoil: good => ({ ...good, headers: { aggregate: 'thing' } }) },
  { name: 'unknown event', reason: 'UNKNOWN_EVENT', spoil: good => withRow(good, { event: 'recounted' }) },
  { name: 'wrong types around', reason: 'UNREADABLE', spoil: good => withRow(good, { id: 'one', created_at: 5 }) },
  { name: 'wrong types inside', reason: 'PAYLOAD_INVALID', spoil: good => withPayload(good, '{"n": "1"}') },
  { name: 'key and value at odds', reason: 'UNREADABLE', spoil: good => withRow(good, { event_id: 1 }) },
  { name: 'deep nesting', reason: 'UNREADABLE', spoil: good => withPayload(good, '['.repeat(1e5) + ']'.repeat(1e5)) },
  {
    name: '__proto__',
    reason: 'UNREADABLE',
    spoil: good => withPayload(good, '{"n": 1, "__proto__": {"admin": true}}')
  },
  {
    name: '__proto__ in disguise',
    reason: 'UNREADABLE',
    spoil: good => withPayload(good, '{"n": 1, "a": [{"\\u005f_proto__": {}}]}')
  },
  {
    name: 'future version',
    reason: 'FUTURE_VERSION',
    spoil: good => ({ ...good, headers: { ...good.headers, schema_version: '2' } })
  }
]
const firstKey = 1_001
const keyOf = (name: string) => `thing/${firstKey + poisons.findIndex(poison => poison.name === name)}`

it('parks poison of every kind with its own key only, and applies the key in order once it is healed or skipped', async () => {
  const bench = await useConsumerBench()
  const { messages, noKey } = mixed(bench.events({ keys: 500, perKey: 20 }).map((event, id) => wireMessage(event, id)))
  await bench.send(messages)
  const id = { consumer: bench.group }
  const first = bench.consumer({ onUnknown: 'park' })
  await first.start()

  await eventually(async () => expect(await listParked(bench.db)).toHaveLength(poisons.length + 1))
  await eventually(async () => expect(await bench.db('effect').count({ count: '*' })).toEqual([{ count: 10_000 }]))
  expect(await bench.disorder()).toEqual([])
  const parked = await listParked(bench.db)
  const expected = poisons.map(({ name, reason }) => ({ key: keyOf(name), reason, waiting: 3 }))
  expect(parked.filter(({ key }) => key !== noKey).sort((a, b) => a.key.localeCompare(b.key))).toMatchObject(expected)
  expect(parked.find(({ key }) => key === noKey)).toMatchObject({ reason: 'UNREADABLE', waiting: 1 })
  await first.stop()

  await bench.consumer({ ...wiser(bench), retryParkedEveryMs: 20 }).start()
  for (const { key } of parked) await requestRetry(bench.db, { ...id, key })
  const healed = ['unknown event', 'wrong types inside', 'future version'].map(keyOf)
  const stays = parked.map(({ key }) => key).filter(key => !healed.includes(key))
  await eventually(async () => expect(new Set(await parkedKeys(bench.db))).toEqual(new Set(stays)))
  for (const key of healed) expect(await effectsOf(bench.db, key)).toEqual([1, 2, 3])
  await eventually(async () =>
    expect((await listParked(bench.db)).filter(({ retryRequestedAt }) => retryRequestedAt !== null)).toEqual([])
  )
  for (const key of stays) await skipParked(bench.db, { ...id, key, note: 'test: cannot be healed' })
  await eventually(async () => expect(await listParked(bench.db)).toEqual([]))
  for (const key of stays.filter(other => other !== noKey)) expect(await effectsOf(bench.db, key)).toEqual([2, 3])
})

/** The good messages with each poison and two more events of its key strewn among them, and one message without key. */
function mixed(good: readonly Message[]): { messages: readonly Message[]; noKey: string } {
  const messages = [...good]
  const strew = (message: Message, share: number) => messages.splice(Math.floor(messages.length * share), 0, message)
  poisons.forEach(({ spoil }, index) => {
    for (const n of [3, 2, 1]) {
      const event = counted({ aggregateId: firstKey + index, aggregateVersion: n, payload: { n } })
      const message = wireMessage(event, n)
      strew(n === 1 ? spoil(message) : message, n / 4)
    }
  })
  strew({ ...wireMessage(counted({ aggregateId: 1, payload: { n: 1 } })), key: null, partition: 1 }, 0.5)
  return { messages, noKey: 'partition:1' }
}

/** The consumer that was deployed next: it knows the unknown event, version 2 and the strange payload. */
function wiser(bench: Awaited<ReturnType<typeof useConsumerBench>>) {
  const payload = z.object({ n: z.union([z.int(), z.codec(z.string(), z.int(), { decode: Number, encode: String })]) })
  const counted2 = defineEvent({ name: 'counted', aggregate: 'thing', version: 2, payload })
  const recounted = defineEvent({ name: 'recounted', aggregate: 'thing', version: 1, payload })
  return { on: { counted: handle(counted2, bench.apply), recounted: handle(recounted, bench.apply) } }
}

type Db = Awaited<ReturnType<typeof useConsumerBench>>['db']

async function parkedKeys(db: Db): Promise<string[]> {
  return (await listParked(db)).map(({ key }) => key)
}

async function effectsOf(db: Db, key: string): Promise<number[]> {
  const rows: { n: number }[] = await db('effect')
    .select('n')
    .where({ event_key: Number(key.split('/')[1]) })
    .orderBy('seq')
  return rows.map(({ n }) => n)
}
