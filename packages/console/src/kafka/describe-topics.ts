import type { Admin, ClusterTopicMetadata } from '@platformatic/kafka'
import { RefusedError } from '@outbox-cdc/service-kit'
import type { DescribedTopic, ListedTopic, Volume } from '../api/kafka-schemas.ts'
import { askAboutEach, inShort, only } from './ask-kafka.ts'
import type { KafkaAccess } from './kafka-clients.ts'
import { type RecordReader, sum } from './record-reader.ts'

type Access = Pick<KafkaAccess, 'admin' | 'ask'>

const topicResource = 2
const defaultSource = 5

/** All topics in four requests, however many there are. */
export async function listTopics(access: Access): Promise<{ items: ListedTopic[]; missing: string[] }> {
  const names = await access.ask({ right: 'DESCRIBE' }, () => access.admin.listTopics({ includeInternals: true }))
  const topics = await describeTopics(access, names, ['retention.ms', 'cleanup.policy'])
  const items = topics
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
  return { items, missing: inShort(topics.flatMap(({ missing }) => missing)) }
}

/** One topic with all its settings. */
export async function describeTopic(access: Access, name: string): Promise<DescribedTopic | undefined> {
  return (await describeTopics(access, [name]))[0]
}

/** Topics: their partitions with leader, replicas, offsets and size, and all their settings or those of these keys. */
async function describeTopics(access: Access, names: string[], keys?: string[]): Promise<DescribedTopic[]> {
  const { admin, ask } = access
  const topics = await ask({ topic: only(names), right: 'DESCRIBE' }, () => topicsNamed(admin, names, true))
  const [first, next, sizes, settings] = await Promise.all([
    offsetsOf(admin, topics, -2n),
    offsetsOf(admin, topics, -1n),
    optional(() => ask({ right: 'DESCRIBE' }, () => sizesOf(admin, topics))),
    settingsOf(access, names, keys)
  ])
  return [...topics].map(([name, topic]) => ({
    name,
    partitions: topic.partitions.map(({ leader, replicas, isr }, partition) => {
      const place = `${name}/${partition}`
      const ends = { first: first.get(place) ?? 0, next: next.get(place) ?? 0 }
      return { partition, leader, replicas, inSync: isr, ...ends, bytes: sizes.found?.get(place) ?? null }
    }),
    settings: settings.found.get(name) ?? [],
    missing: [sizes.refused, settings.refused.get(name)].filter(sentence => sentence !== undefined)
  }))
}

/** What the page can do without: found, refused with a sentence, or neither. */
async function optional<T>(question: () => Promise<T>): Promise<{ readonly found?: T; readonly refused?: string }> {
  try {
    return { found: await question() }
  } catch (error) {
    return error instanceof RefusedError ? { refused: error.message } : {}
  }
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

type Settings = readonly (readonly [topic: string, settings: DescribedTopic['settings']])[]

async function settingsOf({ admin, ask }: Access, names: readonly string[], keys?: string[]) {
  const answer = await optional(() =>
    askAboutEach(names, some =>
      ask({ topic: only(some), right: 'DESCRIBE_CONFIGS' }, () => describeSettings(admin, some, keys))
    )
  )
  return { found: new Map(answer.found?.found), refused: answer.found?.refused ?? new Map<string, string>() }
}

async function describeSettings(admin: Admin, names: readonly string[], keys?: string[]): Promise<Settings> {
  const resources = names.map(resourceName => ({
    resourceType: topicResource as never,
    resourceName,
    ...(keys && { configurationKeys: keys })
  }))
  const described = await admin.describeConfigs({ resources })
  return described.map(({ resourceName, configs }) => {
    const shown = configs
      .filter(({ isSensitive }) => !isSensitive)
      .map(({ name, value, configSource }) => ({ name, value: value ?? null, changed: configSource !== defaultSource }))
    const first = (one: { readonly changed: boolean }) => Number(one.changed)
    return [resourceName, shown.sort((a, b) => first(b) - first(a) || a.name.localeCompare(b.name))]
  })
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
