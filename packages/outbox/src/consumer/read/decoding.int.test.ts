import { expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { logger } from '../../../test/counted.ts'
import { type KafkaClient, kafkajsClient, type RecordDecoding } from '../../index.ts'
import { jsonDecoding } from './decoding.ts'

it('reads nothing before it is prepared, also what comes while others are being prepared', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  const pushed = { records: 0 }
  const consumer = bench.consumer({ kafka: counting(pushed), decoding: slow(pushed) })
  await bench.produce(bench.events({ keys: 1, perKey: 1 }))
  await consumer.start()
  await eventually(() => expect(pushed.records).toBe(1))
  await bench.produce(bench.events({ keys: 1, perKey: 4, from: 2 }))
  await eventually(async () => expect([await bench.effects(), await bench.parked()].flat()).toHaveLength(5))
  expect(await bench.parked()).toEqual([])
  expect(await bench.disorder()).toEqual([])
})

/** Prepares the first record only after another has arrived, and rejects what was not prepared. */
function slow(pushed: { readonly records: number }): RecordDecoding {
  const prepared = new Set<string>()
  return {
    async prepare(records) {
      await eventually(() => expect(pushed.records).toBeGreaterThan(1))
      for (const { value } of records) prepared.add(String(value))
    },
    decode(bytes) {
      const isValue = bytes.includes('created_at')
      if (isValue && !prepared.has(String(bytes))) throw new SyntaxError('not prepared')
      return jsonDecoding.decode(bytes)
    }
  }
}

function counting(pushed: { records: number }): KafkaClient {
  const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'bench', logger })
  return {
    ...kafka,
    join: membership =>
      kafka.join({
        ...membership,
        onRecords(partition, records) {
          pushed.records += records.length
          return membership.onRecords(partition, records)
        }
      })
  }
}
