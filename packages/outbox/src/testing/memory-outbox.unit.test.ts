import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { outboxContract } from '../../test/outbox-contract.ts'
import { shapes } from '../../test/record-shapes.ts'
import { type AggregateId, defineEvent } from '../define-event.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import { createMemoryOutbox } from './memory-outbox.ts'
import { partitionOf } from './partition-of.ts'

for (const ids of ['integer', 'string'] as const)
  outboxContract(
    `in memory with ${ids} ids`,
    async () => {
      const outbox = createMemoryOutbox()
      const has = (id: AggregateId) => (record: KafkaRecord) =>
        String(record.key).includes(`"event_id":${JSON.stringify(id)}}`)
      return {
        outbox,
        topic: outbox.topic.name,
        transaction: work => outbox.transaction(work),
        recordsOf: async id => outbox.topic.records().filter(has(id)),
        withActors: async () => outbox,
        close: async () => {}
      }
    },
    { ids, shape: shapes.mysql }
  )

const noted = defineEvent({ name: 'noted', aggregate: 'note', version: 1, payload: z.object({}) })

describe('createMemoryOutbox', () => {
  it('repeats the last records as Debezium does: the same bytes, at new offsets', async () => {
    const outbox = createMemoryOutbox()
    await outbox.transaction(trx =>
      outbox.append(
        trx,
        [1, 2].map(id => noted({ aggregateId: id, payload: {} }))
      )
    )
    outbox.topic.redeliver(2)
    const [first, second, third, fourth] = outbox.topic.records()
    expect(third).toMatchObject({ key: first!.key, value: first!.value, headers: first!.headers })
    expect(fourth).toMatchObject({ key: second!.key, value: second!.value, partition: second!.partition })
    expect(third!.offset).toBeGreaterThan(first!.offset)
  })

  it('says that its transaction has no tables', async () => {
    const outbox = createMemoryOutbox()
    const query = outbox.transaction(async trx => await trx('customer_order').insert({ name: 'joon' }))
    await expect(query).rejects.toThrow(/has no tables/)
  })
})

describe('partitionOf', () => {
  // Values that Kafka's own tests give for its murmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971]
  ])('agrees with Kafka on %s', (text, hash) => {
    expect(partitionOf(Buffer.from(text), 1_000_003)).toBe((hash & 0x7fffffff) % 1_000_003)
  })
})
