import type { Kafka } from 'kafkajs'
import type { WindowRead } from './kafka-client.ts'
import { fetching, noRestart, recordOf, workersFor } from './kafkajs-record.ts'

/** kafkajs reads only as a member of a group; this one is for one reading, and its caller removes it. */
export async function readWithKafkajs(
  kafka: Kafka,
  { topic, window, onRecords, groupId }: WindowRead & { groupId: string }
): Promise<void> {
  const open = new Map([...window].filter(([, { from, to }]) => from < to))
  if (open.size === 0) return
  const consumer = kafka.consumer({ groupId, retry: noRestart, ...fetching })
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
  // Counts batches of nothing but transaction markers too, which eachBatch never sees.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
    const end = open.get(partition)?.to
    if (end !== undefined && BigInt(lastOffset) + 1n >= end) open.delete(partition)
    if (open.size === 0) resolve()
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: workersFor(window.size),
      async eachBatch({ batch }) {
        const bounds = open.get(batch.partition)
        if (bounds === undefined) return
        const records = batch.messages
          .map(message => recordOf(topic, batch.partition, message))
          .filter(({ offset }) => offset >= bounds.from && offset < bounds.to)
        if (records.length > 0) await onRecords(batch.partition, records)
      }
    })
    for (const [partition, { from }] of open) consumer.seek({ topic, partition, offset: String(from) })
    await ended
  } finally {
    await consumer.disconnect().catch(() => undefined)
  }
}
