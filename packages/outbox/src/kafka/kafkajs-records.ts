import type { Kafka, KafkaMessage } from 'kafkajs'
import type { KafkaRecord, WindowRead } from './kafka-client.ts'

export const fetching = {
  maxWaitTimeInMs: 500,
  minBytes: 1,
  maxBytesPerPartition: 2 * 1024 * 1024,
  allowAutoTopicCreation: false
}

// kafkajs restarts itself after some errors and stays dead after others. We replace the consumer after any error.
export const noRestart = {
  retries: 5,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  restartOnFailure: () => Promise.resolve(false)
}

/**
 * More workers than the topic will soon have partitions: a batch that waits for a free worker could outlive its
 * assignment. But not many more: kafkajs wakes all of them for each batch, and a thousand took a sixth of its CPU time.
 */
export function workersFor(partitions: number): number {
  return Math.max(16, partitions * 2)
}

export function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)]))
  }
}

function textOf(value: Buffer | string | readonly (Buffer | string)[] | undefined | null): string | null {
  if (Array.isArray(value)) return textOf(value.at(-1))
  return value === undefined || value === null ? null : value.toString()
}

/** Reads a window as a member of a group of its own, because kafkajs can't read otherwise. The caller removes the group. */
export async function readWithKafkajs(
  kafka: Kafka,
  { topic, window, onRecords, groupId }: WindowRead & { groupId: string }
): Promise<void> {
  const open = new Map([...window].filter(([, { from, to }]) => from < to))
  if (open.size === 0) return
  const consumer = kafka.consumer({ groupId, retry: noRestart, ...fetching })
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
  // Also counts batches that hold only transaction markers, which eachBatch never gets.
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
