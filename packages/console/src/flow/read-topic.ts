import type { Admin } from '@platformatic/kafka'
import { type OutboxFields, outboxFields } from '../kafka/decode-record.ts'
import type { Offsets, RecordReader } from '../kafka/record-reader.ts'
import type { StoredRecord } from '../kafka/stored-record.ts'

export type TopicReading = {
  /** Partitions that have fewer replicas in sync than they should. */
  readonly lackingReplicas: number
  readonly first: Offsets
  readonly next: Offsets
  /** From commit to Kafka, in milliseconds, of a sample of the records that came since the last reading. */
  readonly latencies: readonly number[]
  /** From commit to Debezium, of the same records; none where the connector does not say when it read them. */
  readonly readLatencies: readonly number[]
  /** The newest order whose event was seen; undefined when the topic holds none to see. */
  readonly seenOrder?: number | undefined
  readonly newestAt?: number | undefined
}

export type TopicSource = {
  readonly admin: Admin
  readonly reader: RecordReader
  readonly topic: string
  readonly event: string
}

const sampled = 30

/** Watches the end of the topic: offsets each time, and the newest few records when there are new ones. */
export function createTopicReader({ admin, reader, topic, event }: TopicSource): () => Promise<TopicReading> {
  let last: TopicReading | undefined
  let seen: SeenOrder | undefined
  return async () => {
    const [first, next, cluster] = await Promise.all([
      reader.offsets(topic, 'earliest'),
      reader.offsets(topic, 'latest'),
      admin.metadata({ topics: [topic], autocreateTopics: false })
    ])
    const total = sum(next.values())
    const partitions = cluster.topics.get(topic)?.partitions ?? []
    const from = new Map<number, number>()
    for (const [partition, end] of next) {
      const start = Math.max(first.get(partition) ?? 0, end - sampled, last?.next.get(partition) ?? 0)
      if (start < end) from.set(partition, start)
    }
    const { records } =
      from.size === 0 ? { records: [] } : await reader.fetch(topic, from, { bytesPerPartition: 128 * 1024 })
    const ours = records.map(record => ({ record, fields: outboxFields(record) }))
    seen = newestOrder(
      ours.filter(({ fields }) => fields.event === event),
      seen
    )
    const news = last === undefined ? [] : ours
    last = {
      lackingReplicas: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      first,
      next,
      latencies: news.flatMap(({ record, fields }) => elapsed(fields.createdAt, record.timestamp)),
      readLatencies: news.flatMap(({ fields }) => elapsed(fields.createdAt, fields.capturedAt)),
      seenOrder: total === 0 ? 0 : seen?.id,
      newestAt: highest(
        records.map(({ timestamp }) => timestamp),
        last?.newestAt
      )
    }
    return last
  }
}

type SeenOrder = { readonly id: number; readonly at: number }
type Ours = { readonly record: StoredRecord; readonly fields: OutboxFields }

/** By time: an id far above the others, once seen, would hide for ever what waits in MySQL. */
function newestOrder(records: readonly Ours[], before: SeenOrder | undefined): SeenOrder | undefined {
  return records.reduce<SeenOrder | undefined>((newest, { record, fields }) => {
    const one = { id: fields.eventId ?? 0, at: fields.createdAt ?? record.timestamp }
    return newest === undefined || one.at > newest.at || (one.at === newest.at && one.id > newest.id) ? one : newest
  }, before)
}

function elapsed(from: number | undefined, to: number | undefined): number[] {
  return from === undefined || to === undefined ? [] : [Math.max(0, to - from)]
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function highest(values: readonly number[], before: number | undefined): number | undefined {
  const top = values.reduce((most, value) => Math.max(most, value), before ?? Number.NEGATIVE_INFINITY)
  return Number.isFinite(top) ? top : undefined
}
