import type { Admin } from '@platformatic/kafka'
import { outboxFields } from '../kafka/decode-record.ts'
import { type FoundGroup, type GroupReader, hasOffsets } from '../kafka/read-groups.ts'
import { mapOffsets, type Offsets, type RecordReader, sum } from '../kafka/record-reader.ts'
import { ConfigurationError } from '../mysql/configuration-error.ts'
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

type Log = { readonly first: Offsets; readonly next: Offsets }
type GroupSource = Source & {
  readonly groups: GroupReader
  readonly group: string
  readonly log: () => Log | undefined
}

export function createConsumerReader({ admin, reader, groups, topic, group, log }: GroupSource) {
  const describe = createDescriber(groups, group)
  const rate = createRate()
  let last: { readonly place: string; readonly movedAt: number } | undefined
  let oldest: { readonly place: string; readonly at: number } | undefined
  return async () => {
    const [committed, described] = await Promise.all([committedOffsets(admin, group, topic), describe()])
    const place = [...committed].join(' ')
    if (last?.place !== place) last = { place, movedAt: Date.now() }
    const { first, next } = log() ?? { first: committed, next: committed }
    const behind = new Map(
      [...next]
        .map(([partition, end]) => [partition, committed.get(partition) ?? first.get(partition) ?? 0, end] as const)
        .filter(([, offset, end]) => offset < end)
        .map(([partition, offset]) => [partition, offset])
    )
    const lags = mapOffsets(next, (end, partition) => end - (behind.get(partition) ?? end))
    const waiting = { events: sum(lags.values()), ms: Date.now() - (await oldestOf(behind)) }
    return {
      state: described?.state ?? 'dead',
      members: described?.members?.length ?? 0,
      /** When its offsets last changed. */
      movedAt: last.movedAt,
      /** How many records each partition has that the group has not handled. */
      lags,
      /** All of them; null for a group that has never committed. */
      waiting: committed.size === 0 ? null : waiting,
      rate: rate(sum(committed.values()))
    }
  }

  /** When the oldest record that waits was written; now if none does. */
  async function oldestOf(behind: Offsets): Promise<number> {
    const place = [...behind].join(' ')
    if (place === '') return Date.now()
    if (oldest?.place !== place) {
      const records = [...(await reader.firstAt(topic, behind)).values()]
      oldest = { place, at: Math.min(Date.now(), ...records.map(({ timestamp }) => timestamp)) }
    }
    return oldest.at
  }
}

/** Describes the pipeline's group by the type that the brokers list it with, which is read again when it is gone. */
function createDescriber(groups: GroupReader, id: string) {
  let found: FoundGroup | undefined
  return async () => {
    found ??= (await groups.list()).get(id)
    if (found === undefined) return undefined
    const { type } = found
    const [described] = await groups.describe([found])
    if (described?.state === 'dead' || described?.members === undefined) found = undefined
    if (!hasOffsets({ id, type, state: '' }))
      throw new ConfigurationError(`${id} is a ${type} group, not one of consumers. Check KAFKA_GROUP`)
    return described
  }
}

/** Where a group is in a topic; empty for a group that never committed. */
async function committedOffsets(admin: Admin, group: string, topic: string): Promise<Offsets> {
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const partitions = answer?.topics.find(({ name }) => name === topic)?.partitions ?? []
  const known = partitions.filter(({ committedOffset }) => committedOffset >= 0n)
  return new Map(known.map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]))
}
