import type { Admin } from '@platformatic/kafka'
import { type AskKafka, refusalIn } from '../kafka/ask-kafka.ts'
import { outboxFields } from '../kafka/decode-record.ts'
import { mapOffsets, type Offsets, type RecordReader, sum } from '../kafka/record-reader.ts'
import { createRate, createSample } from './measures.ts'

type Source = { readonly admin: Admin; readonly reader: RecordReader; readonly ask: AskKafka; readonly topic: string }

const sampled = 30

/** Watches the end of the topic: offsets each time, and the newest few records when there are new ones. */
export function createTopicReader({ admin, reader, ask, topic }: Source) {
  const rate = createRate()
  const [toDebezium, toKafka] = [createSample(), createSample()]
  let known: Offsets | undefined
  let newestAt: number | undefined
  return async () => {
    const [[first, next], cluster] = await Promise.all([
      reader.ends(topic),
      ask({ topic, right: 'DESCRIBE' }, () => admin.metadata({ topics: [topic], autocreateTopics: false }))
    ])
    const start = mapOffsets(next, (end, partition) =>
      Math.max(first.get(partition) ?? 0, end - sampled, known?.get(partition) ?? 0)
    )
    const from = new Map([...start].filter(([partition, offset]) => offset < (next.get(partition) ?? 0)))
    const { records, unread } = await reader.fetch(topic, from, { bytesPerPartition: 128 * 1024 }).then(
      found => ({ ...found, unread: undefined }),
      error => ({ records: [], unread: refusalIn(error) })
    )
    const times = records.map(record => ({ timestamp: record.timestamp ?? undefined, ...outboxFields(record) }))
    const news = known === undefined ? [] : times
    for (const { timestamp } of times) if (timestamp !== undefined) newestAt = Math.max(newestAt ?? 0, timestamp)
    known = next
    const partitions = cluster.topics.get(topic)?.partitions ?? []
    return {
      /** Partitions that have fewer replicas in sync than they should. */
      lackingReplicas: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      first,
      next,
      /** Why its records can't be read. */
      unread,
      newestAt,
      rate: rate(sum(next.values())),
      /** From commit, in milliseconds, of a sample of the records. The connector may not say when it read them. */
      toDebezium: toDebezium(news.flatMap(({ createdAt, capturedAt }) => elapsed(createdAt, capturedAt))),
      toKafka: toKafka(news.flatMap(({ createdAt, timestamp }) => elapsed(createdAt, timestamp)))
    }
  }
}

function elapsed(from: number | undefined, to: number | undefined): number[] {
  return from === undefined || to === undefined ? [] : [Math.max(0, to - from)]
}
