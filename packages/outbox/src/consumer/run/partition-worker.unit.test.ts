import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { silent } from '../../../test/counted.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import type { Item } from '../read/read-event.ts'
import { handlingOf } from '../settle/handling.ts'
import { countLanes, createPartitionWorker, laneOf } from './partition-worker.ts'

/** A worker that never starts to settle, so it keeps the records that it takes in. */
function idleWorker() {
  const handling = handlingOf('c', { db: {} as Knex, logger: silent, topics: { t: {} } })
  return createPartitionWorker(handling, { topic: 't', partition: 0 }, new Promise(() => undefined))
}

function records(count: number, bytes = 0): readonly KafkaRecord[] {
  const shared = { topic: 't', partition: 0, offset: 0n, timestamp: 0, key: null, headers: {} }
  const record: KafkaRecord = { ...shared, value: Buffer.alloc(bytes) }
  return Array.from({ length: count }, () => record)
}

it('accepts as many records as one fetch may bring', () => {
  expect(() => void idleWorker().push(records(500_000))).not.toThrow()
})

it.each([
  { name: 'has room for many small records', count: 3_999, bytes: 100, hasRoom: true },
  { name: 'has no room for more of them', count: 4_001, bytes: 100, hasRoom: false },
  { name: 'has no room for many large records', count: 80, bytes: 1_000_000, hasRoom: false }
])('$name', async ({ count, bytes, hasRoom }) => {
  const room = idleWorker().push(records(count, bytes))
  expect(await Promise.race([room.then(() => true), new Promise(resolve => setImmediate(resolve, false))])).toBe(
    hasRoom
  )
})

const items = (count: number, batch: boolean) =>
  Array.from({ length: count }, () => ({ handler: { batch } }) as unknown as Item)

it.each([
  ['a bulk handler with little to do', items(100, true), 1],
  ['a bulk handler with more', items(101, true), 2],
  ['a bulk handler with much to do', items(5000, true), 4],
  ['single events, which may each wait for something', items(3, false), 3],
  ['many single events', items(50, false), 4],
  ['both kinds', [...items(2, false), ...items(50, true)], 3],
  ['nothing', [], 1]
])('uses the right number of lanes for %s', (_, some, lanes) => {
  expect(countLanes(some, 4)).toBe(lanes)
})

it('keeps a key in its lane', () => {
  for (const key of ['1', 'raw:0f', '', '9007199254740991']) {
    const lane = laneOf(key, 4)
    expect(lane).toBe(laneOf(key, 4))
    expect(lane).toBeGreaterThanOrEqual(0)
    expect(lane).toBeLessThan(4)
  }
})
