import type { Admin, ClusterTopicMetadata } from '@platformatic/kafka'
import type { DescribedTopic, ListedTopic, Volume } from '../api/kafka-schemas.ts'
import { type RecordReader, sum } from './record-reader.ts'

const topicResource = 2
const defaultSource = 5

/** All topics in four requests, however many there are. */
export async function listTopics(admin: Admin): Promise<ListedTopic[]> {
  const names = await admin.listTopics({ includeInternals: true })
  const topics = await describeTopics(admin, names, ['retention.ms', 'cleanup.policy'])
  return topics
    .map(({ name, partitions, settings }) => {
      const setting = (wanted: string) => settings.find(one => one.name === wanted)?.value ?? null
      const bytes = partitions.flatMap(one => one.bytes ?? [])
      return {
        name,
        partitions: partitions.length,
        records: sum(partitions.map(({ first, next }) => next - first)),
        bytes: bytes.length === 0 ? null : sum(bytes),
        retentionMs: Number(setting('retention.ms')) || null,
        cleanup: setting('cleanup.policy'),
        internal: /^(__|connect[_-]|schema[_-]changes|_schemas$)|heartbeat/.test(name)
      }
    })
    .sort((a, b) => Number(a.internal) - Number(b.internal) || a.name.localeCompare(b.name))
}

/** One topic with all its settings. */
export async function describeTopic(admin: Admin, name: string): Promise<DescribedTopic | undefined> {
  return (await describeTopics(admin, [name]))[0]
}

/** Topics: their partitions with leader, replicas, offsets and size, and all their settings or those of these keys. */
async function describeTopics(admin: Admin, names: string[], keys?: string[]): Promise<DescribedTopic[]> {
  const topics = await topicsNamed(admin, names, true)
  const [first, next, sizes, settings] = await Promise.all([
    offsetsOf(admin, topics, -2n),
    offsetsOf(admin, topics, -1n),
    sizesOf(admin, topics).catch(() => new Map<string, number>()),
    settingsOf(admin, names, keys).catch(() => new Map<string, DescribedTopic['settings']>())
  ])
  return [...topics].map(([name, topic]) => ({
    name,
    partitions: topic.partitions.map(({ leader, replicas, isr }, partition) => {
      const place = `${name}/${partition}`
      const ends = { first: first.get(place) ?? 0, next: next.get(place) ?? 0 }
      return { partition, leader, replicas, inSync: isr, ...ends, bytes: sizes.get(place) ?? null }
    }),
    settings: settings.get(name) ?? []
  }))
}

type Topics = ReadonlyMap<string, ClusterTopicMetadata>

async function topicsNamed(admin: Admin, names: readonly string[], forceUpdate = false): Promise<Topics> {
  const { topics } = await admin.metadata({ topics: [...names], autocreateTopics: false, forceUpdate })
  // The client leaves Kafka's own offset topic without partitions.
  return new Map([...topics].filter(([, topic]) => topic !== undefined))
}

/** The next offset of each partition of these topics, by `topic/partition`. */
export async function endsOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return names.length === 0 ? new Map() : offsetsOf(admin, await topicsNamed(admin, names), -1n)
}

/** The first offset of each partition of these topics, by `topic/partition`. */
export async function startsOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return names.length === 0 ? new Map() : offsetsOf(admin, await topicsNamed(admin, names), -2n)
}

/** The first (-2) or the next (-1) offset by `topic/partition`. */
async function offsetsOf(admin: Admin, topics: Topics, timestamp: bigint): Promise<ReadonlyMap<string, number>> {
  const wanted = [...topics].map(([name, { partitions }]) => ({
    name,
    partitions: partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp }))
  }))
  const listed = wanted.length === 0 ? [] : await admin.listOffsets({ topics: wanted })
  return new Map(
    listed.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, Number(offset)] as const)
    )
  )
}

/** Bytes on disk by `topic/partition`, summed over the brokers. */
async function sizesOf(admin: Admin, topics: Topics): Promise<ReadonlyMap<string, number>> {
  const wanted = [...topics].map(([name, { partitions }]) => ({ name, partitions: [...partitions.keys()] }))
  const sizes = new Map<string, number>()
  for (const { results } of await admin.describeLogDirs({ topics: wanted }))
    for (const { name, partitions } of results.flatMap(dir => dir.topics))
      for (const { partitionIndex, partitionSize } of partitions) {
        const place = `${name}/${partitionIndex}`
        sizes.set(place, (sizes.get(place) ?? 0) + Number(partitionSize))
      }
  return sizes
}

async function settingsOf(admin: Admin, names: readonly string[], keys?: string[]) {
  const resources = names.map(resourceName => ({
    resourceType: topicResource as never,
    resourceName,
    ...(keys && { configurationKeys: keys })
  }))
  const described = await admin.describeConfigs({ resources })
  return new Map(
    described.map(({ resourceName, configs }) => [
      resourceName,
      configs
        .filter(({ isSensitive }) => !isSensitive)
        .map(({ name, value, configSource }) => ({
          name,
          value: value ?? null,
          changed: configSource !== defaultSource
        }))
        .sort((a, b) => Number(b.changed) - Number(a.changed) || a.name.localeCompare(b.name))
    ])
  )
}

const buckets = 60

/** How many records came in each sixtieth of the last minutes: one question to the offset index each, no record read. */
export async function volumeOf(reader: RecordReader, topic: string, minutes: number): Promise<Volume> {
  const stepMs = (minutes * 60_000) / buckets
  const until = Math.ceil(Date.now() / stepMs) * stepMs
  const from = until - buckets * stepMs
  const edges = Array.from({ length: buckets }, (_, index) => new Date(from + index * stepMs))
  const totals: number[] = []
  for (const edge of [...edges, 'latest'] as const) totals.push(sum((await reader.offsets(topic, edge)).values()))
  return { from, stepMs, counts: edges.map((_, index) => Math.max(0, (totals[index + 1] ?? 0) - (totals[index] ?? 0))) }
}
