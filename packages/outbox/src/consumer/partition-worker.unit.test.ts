import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { silent } from '../../test/counted.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import { setupOf } from './consumer-options.ts'
import { createPartitionWorker } from './partition-worker.ts'

it('takes in as many records as one fetch may bring', () => {
  const setup = setupOf('c', { db: {} as Knex, logger: silent, on: {} })
  const worker = createPartitionWorker(setup, new Promise(() => undefined))
  const record: KafkaRecord = {
    topic: 't',
    partition: 0,
    offset: 0n,
    timestamp: 0,
    key: null,
    value: null,
    headers: {}
  }
  expect(() => void worker.push(Array.from({ length: 500_000 }, () => record))).not.toThrow()
})
