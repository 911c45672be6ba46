import { expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { counted, silent } from '../../../test/counted.ts'
import { createConsumer, createInboxTables, handle, type KafkaClient } from '../../index.ts'
import { createMemoryKafka, createMemoryOutbox } from '../../testing/index.ts'

it('takes nothing any more once it stops, though the group gives it a partition while it leaves', async () => {
  const { db } = await useDatabase('stop')
  await createInboxTables(db)
  const outbox = createMemoryOutbox()
  const { topic } = outbox
  await outbox.transaction(trx => outbox.append(trx, counted({ aggregateId: 1, payload: { n: 1 } })))
  const kafka: KafkaClient = {
    ...createMemoryKafka(topic),
    join: async ({ onAssigned, onRecords }) => ({
      commit: async () => undefined,
      async leave() {
        onAssigned([0, 1, 2].map(partition => ({ topic: topic.name, partition })))
        for (const record of topic.records()) await onRecords(record, [record])
      }
    })
  }
  const on = { counted: handle(counted, async () => undefined) }
  const consumer = createConsumer({ kafka, topics: { [topic.name]: on }, group: 'g', db, logger: silent })
  await consumer.start()
  await consumer.stop()
  expect(consumer.health()).toMatchObject({ ok: false, reason: 'stopped', partitions: { [topic.name]: [] } })
})
