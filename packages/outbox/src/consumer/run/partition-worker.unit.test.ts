import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { silent } from '../../../test/counted.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import { handlingOf } from '../settle/handling.ts'
import { createPartitionWorker } from './partition-worker.ts'

/** A worker that never starts to settle, so it keeps the records that it takes in. */
function idleWorker() {
  const handling = handlingOf('c', { db: {} as Knex, logger: silent, on: {} })
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
