import { platformaticSecurity } from '@outbox-cdc/outbox/security'
import type { Stack } from '@outbox-cdc/stack'
import { Admin, Consumer, Producer, type RecordsBatch } from '@platformatic/kafka'
import pRetry from 'p-retry'

type Kafka = Stack['kafka']
type StoredRecord = RecordsBatch['records'][number] & {
  readonly partition: number
  readonly offset: number
  readonly at: bigint
}

const marks = { latest: -1n, earliest: -2n } as const
const controlBatch = 0x20
const mostBytes = 4 * 1024 * 1024

/** Sends the last records of a topic once more, each to its partition, in their order. Resolves with how many. */
export async function sendAgain(kafka: Kafka, topic: string, count: number): Promise<number> {
  return withClients(kafka, async ({ admin, consumer, producer }) => {
    const [first, end] = await Promise.all([offsetsOf(admin, topic, 'earliest'), offsetsOf(admin, topic, 'latest')])
    const read = [...end].map(([partition, to]) => {
      const from = Math.max(first.get(partition) ?? 0, to - count)
      return readPartition({ admin, consumer }, { topic, partition, from, to })
    })
    const records = (await Promise.all(read))
      .flat()
      .toSorted((a, b) => Number(a.at - b.at))
      .slice(-count)
    const messages = records.map(({ partition, key, value, headers }) => {
      const given = headers.flatMap(([name, text]) => (name === null || text === null ? [] : [[name, text] as const]))
      const content = { ...(key === null ? {} : { key }), ...(value === null ? {} : { value }) }
      return { topic, partition, ...content, headers: new Map(given) }
    })
    if (messages.length > 0) await producer.send({ messages })
    return messages.length
  })
}

/** Lets a group without members read its topics from the beginning. A killed member is one until its session ends. */
export async function moveToBeginning(kafka: Kafka, groupId: string, topics: readonly string[]): Promise<void> {
  await withClients(kafka, async ({ admin }) => {
    const places = topics.map(async name => {
      const first = await offsetsOf(admin, name, 'earliest')
      const partitionOffsets = [...first].map(([partition, offset]) => ({ partition, offset: BigInt(offset) }))
      return { name, partitionOffsets }
    })
    const wanted = await Promise.all(places)
    const move = () => admin.alterConsumerGroupOffsets({ groupId, topics: wanted })
    await pRetry(move, { retries: Infinity, minTimeout: 500, factor: 1, maxRetryTime: 60_000 })
  })
}

type Clients = {
  readonly admin: Admin
  readonly consumer: Consumer
  readonly producer: Producer<Buffer, Buffer, Buffer, Buffer>
}

/** Clients that join no group, so that nothing of them stays in the cluster. */
async function withClients<T>({ brokers, security = {} }: Kafka, work: (clients: Clients) => Promise<T>): Promise<T> {
  const limits = { connectTimeout: 3_000, requestTimeout: 10_000, retries: 4, retryDelay: 300 }
  const place = { clientId: 'playground', bootstrapBrokers: [...brokers] }
  const base = { ...place, ...limits, autocreateTopics: false, ...platformaticSecurity(security, brokers) }
  const clients = {
    admin: new Admin(base),
    consumer: new Consumer({ ...base, groupId: 'playground' }),
    producer: new Producer<Buffer, Buffer, Buffer, Buffer>(base)
  }
  // The call that fails reports it.
  for (const client of Object.values(clients)) client.on('error', () => undefined)
  try {
    return await work(clients)
  } finally {
    const { admin, consumer, producer } = clients
    await Promise.allSettled([admin.close(), consumer.close(true), producer.close(true)])
  }
}

async function offsetsOf(admin: Admin, topic: string, at: keyof typeof marks): Promise<ReadonlyMap<number, number>> {
  const { partitions } = await findTopic(admin, topic)
  const asked = partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp: marks[at] }))
  const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] })
  return new Map((answer?.partitions ?? []).map(each => [each.partitionIndex, Number(each.offset)]))
}

async function findTopic(admin: Admin, topic: string) {
  const metadata = await admin.metadata({ topics: [topic], autocreateTopics: false })
  const found = metadata.topics.get(topic)
  if (found === undefined) throw new Error(`There is no topic ${topic}.`)
  return found
}

type Range = { readonly topic: string; readonly partition: number; readonly from: number; readonly to: number }

async function readPartition(
  { admin, consumer }: Pick<Clients, 'admin' | 'consumer'>,
  { topic, partition, from, to }: Range
): Promise<readonly StoredRecord[]> {
  const { id: topicId, partitions } = await findTopic(admin, topic)
  const records: StoredRecord[] = []
  for (let next = from; next < to; ) {
    const place = {
      partition,
      fetchOffset: BigInt(next),
      partitionMaxBytes: mostBytes,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1
    }
    const { responses } = await consumer.fetch({
      node: partitions[partition]?.leader ?? -1,
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: mostBytes,
      topics: [{ topicId, partitions: [place] }]
    })
    const batches = responses.flatMap(response => response.partitions.flatMap(each => each.records ?? []))
    if (batches.length === 0) break
    for (const batch of batches) {
      next = Number(batch.firstOffset) + batch.lastOffsetDelta + 1
      if ((batch.attributes & controlBatch) === 0) records.push(...recordsIn(batch, partition))
    }
  }
  return records.filter(({ offset }) => offset >= from && offset < to)
}

function recordsIn(batch: RecordsBatch, partition: number): readonly StoredRecord[] {
  return batch.records.map(record => ({
    ...record,
    partition,
    offset: Number(batch.firstOffset) + record.offsetDelta,
    at: batch.firstTimestamp + record.timestampDelta
  }))
}
