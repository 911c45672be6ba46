import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { KafkaMember, KafkaRecord, Membership, TopicPartition, WindowRead } from './kafka-client.ts'
import { stayJoined } from './stay-joined.ts'

const fetching = {
  maxWaitTimeInMs: 500,
  minBytes: 1,
  maxBytesPerPartition: 2 * 1024 * 1024,
  allowAutoTopicCreation: false,
  // How soon a member notices new partitions of its topic.
  metadataMaxAge: 30_000
}

export const usualRetry = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 }
// kafkajs restarts itself after some errors and stays dead after others. We replace the consumer after any error.
const noRestart = { ...usualRetry, restartOnFailure: () => Promise.resolve(false) }

const farewellMs = 3_000

/** Joins with kafkajs; at most `concurrency` batches are taken at the same time, each of another partition. */
export async function joinWithKafkajs(kafka: Kafka, membership: Membership, concurrency: number): Promise<KafkaMember> {
  return stayJoined(membership, {
    join: onCrash => consume(kafka, membership, { concurrency, onCrash }),
    commit: (consumer, next) => consumer.commitOffsets(next.map(one => ({ ...one, offset: String(one.offset) }))),
    async leave(consumer) {
      // Disconnecting waits for a broker that may be gone. Then the group notices when the session times out.
      await Promise.race([consumer.disconnect(), sleep(farewellMs, undefined, { ref: false })])
    }
  })
}

type Consuming = { readonly concurrency: number; readonly onCrash: (error: unknown) => void }

async function consume(kafka: Kafka, membership: Membership, { concurrency, onCrash }: Consuming): Promise<Consumer> {
  const { group, topics, sessionTimeoutMs } = membership
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 5)),
    retry: noRestart,
    ...fetching
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error))
  consumer.on(consumer.events.REBALANCING, () => void membership.onRebalancing())
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) =>
    membership.onAssigned(
      topics.flatMap(topic => (memberAssignment[topic] ?? []).map(partition => ({ topic, partition })))
    )
  )
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  } catch (error) {
    await consumer.disconnect().catch(() => undefined)
    throw error
  }
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrency,
    async eachBatch(payload) {
      const { batch } = payload
      const records = batch.messages.map(message => recordOf(batch, message))
      const room = membership.onRecords(batch, records)
      // Now, not after the wait below: by then the partition may have another owner, or be assigned to us again.
      payload.resolveOffset(batch.lastOffset())
      await waitForRoom(room, payload)
    }
  })
  return consumer
}

// kafkajs continues to read only when all batches of a broker are taken. A full partition may hold it up for a second,
// which is the usual back pressure. If it stays full (its database is down), it is paused, so that the others flow.
async function waitForRoom(room: Promise<void>, payload: EachBatchPayload): Promise<void> {
  let open = false
  const opened = room.then(() => {
    open = true
  })
  for (let waited = 0; waited < 5; waited++) {
    await Promise.race([opened, sleep(200)])
    if (open) return
    await payload.heartbeat()
  }
  const resume = payload.pause()
  void opened.then(resume)
}

/**
 * More workers than the topic will soon have partitions: a batch that waits for a free worker could outlive its
 * assignment. But not many more: kafkajs wakes all of them for each batch, and a thousand took a sixth of its CPU time.
 */
export function workersFor(partitions: number): number {
  return Math.max(16, partitions * 2)
}

function recordOf({ topic, partition }: TopicPartition, message: KafkaMessage): KafkaRecord {
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
          .map(message => recordOf(batch, message))
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
