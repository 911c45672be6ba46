import type { Admin } from '@platformatic/kafka'
import { outboxFields } from '../kafka/decode-record.ts'
import { stateOf } from '../kafka/describe-groups.ts'
import { mapOffsets, type Offsets, type RecordReader, sum } from '../kafka/record-reader.ts'
import { createRate, createSample } from './measures.ts'

type Source = { readonly admin: Admin; readonly reader: RecordReader; readonly topic: string }

const sampled = 30

/** Watches the end of the topic: offsets each time, and the newest few records when there are new ones. */
export function createTopicReader({ admin, reader, topic }: Source) {
  const rate = createRate()
  const [toDebezium, toKafka] = [createSample(), createSample()]
  let known: Offsets | undefined
  let newestAt: number | undefined
  return async () => {
    const [[first, next], cluster] = await Promise.all([
      reader.ends(topic),
      admin.metadata({ topics: [topic], autocreateTopics: false })
    ])
    const start = mapOffsets(next, (end, partition) =>
      Math.max(first.get(partition) ?? 0, end - sampled, known?.get(partition) ?? 0)
    )
    const from = new Map([...start].filter(([partition, offset]) => offset < (next.get(partition) ?? 0)))
    const { records } = await reader.fetch(topic, from, { bytesPerPartition: 128 * 1024 })
    const times = records.map(record => ({ timestamp: record.timestamp, ...outboxFields(record) }))
    const news = known === undefined ? [] : times
    for (const { timestamp } of times) newestAt = Math.max(newestAt ?? 0, timestamp)
    known = next
    const partitions = cluster.topics.get(topic)?.partitions ?? []
    return {
      /** Partitions that have fewer replicas in sync than they should. */
      lackingReplicas: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      first,
      next,
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

type GroupSource = Source & { readonly group: string; readonly ends: () => Offsets | undefined }

export function createGroupReader({ admin, reader, topic, group, ends }: GroupSource) {
  const rate = createRate()
  let last: { readonly place: string; readonly movedAt: number } | undefined
  let oldest: { readonly place: string; readonly at: number | undefined } | undefined
  return async () => {
    const [committed, described] = await Promise.all([
      committedOffsets(admin, group, topic),
      admin.describeGroups({ groups: [group] })
    ])
    const found = described.get(group)
    const place = [...committed].join(' ')
    if (last?.place !== place) last = { place, movedAt: Date.now() }
    const oldestWaitingAt = await oldestOf(committed)
    const members = found?.members.size ?? 0
    return {
      state: stateOf(found),
      members,
      /** The next offset of each partition that the group has yet to handle, and when that last changed. */
      committed,
      movedAt: last.movedAt,
      /** When the oldest record that waits for the group was written. */
      oldestWaitingAt,
      rate: rate(sum(committed.values()))
    }
  }

  async function oldestOf(committed: Offsets): Promise<number | undefined> {
    const behind = new Map([...committed].filter(([partition, offset]) => offset < (ends()?.get(partition) ?? 0)))
    const place = [...behind].join(' ')
    if (oldest?.place !== place) {
      const times = [...(await reader.firstAt(topic, behind)).values()].map(({ timestamp }) => timestamp)
      oldest = { place, at: times.length === 0 ? undefined : Math.min(...times) }
    }
    return oldest.at
  }
}

/** Where a group is in a topic; empty for a group that never committed. */
async function committedOffsets(admin: Admin, group: string, topic: string): Promise<Offsets> {
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const partitions = answer?.topics.find(({ name }) => name === topic)?.partitions ?? []
  const known = partitions.filter(({ committedOffset }) => committedOffset >= 0n)
  return new Map(known.map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]))
}
