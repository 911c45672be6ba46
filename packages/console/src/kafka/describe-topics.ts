import type { Admin, ClusterTopicMetadata } from '@platformatic/kafka'
import type { DescribedTopic, ListedTopic, Volume } from '../api/kafka-schemas.ts'
import type { KafkaAccess } from './kafka-clients.ts'
import { type RecordReader, sum } from './record-reader.ts'

const topicResource = 2
const defaultSource = 5

/** All topics in four requests, however many there are. */
export async function listTopics(admin: Admin): Promise<ListedTopic[]> {
  const names = await admin.listTopics({ includeInternals: true })
  const { topics } = await admin.metadata({ topics: names, autocreateTopics: false, forceUpdate: true })
  const wanted = partitionsOf(topics)
  const [first, next, sizes, settings] = await Promise.all([
    offsetsOf(admin, wanted, -2n),
    offsetsOf(admin, wanted, -1n),
    sizesOf(admin, wanted).catch(() => new Map<string, number>()),
    settingsOf(admin, names).catch(() => new Map<string, Map<string, string | null>>())
  ])
  return wanted
    .map(({ name, partitions }) => {
      const places = partitions.map(partition => `${name}/${partition}`)
      const all = (values: ReadonlyMap<string, number>) => places.map(place => values.get(place) ?? 0)
      const own = settings.get(name)
      const retention = own?.get('retention.ms')
      return {
        name,
        partitions: partitions.length,
        records: Math.max(0, sum(all(next)) - sum(all(first))),
        bytes: places.some(place => sizes.has(place)) ? sum(all(sizes)) : null,
        retentionMs: retention ? Number(retention) : null,
        cleanup: own?.get('cleanup.policy') ?? null,
        internal: /^(__|connect[_-]|schema[_-]changes|_schemas$)|heartbeat/.test(name)
      }
    })
    .sort((a, b) => Number(a.internal) - Number(b.internal) || a.name.localeCompare(b.name))
}

type Wanted = readonly { readonly name: string; readonly partitions: number[] }[]

/** The topics that the client describes: it leaves Kafka's own offset topic without partitions. */
function partitionsOf(topics: ReadonlyMap<string, ClusterTopicMetadata | undefined>): Wanted {
  return [...topics].flatMap(([name, topic]) => (topic ? [{ name, partitions: [...topic.partitions.keys()] }] : []))
}

/** The next offset of each partition of these topics, by `topic/partition`. */
export async function endsOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map()
  const { topics } = await admin.metadata({ topics: [...names], autocreateTopics: false })
  return offsetsOf(admin, partitionsOf(topics), -1n)
}

/** The first (-2) or the next (-1) offset by `topic/partition`. */
async function offsetsOf(admin: Admin, wanted: Wanted, timestamp: bigint): Promise<ReadonlyMap<string, number>> {
  const topics = wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(partitionIndex => ({ partitionIndex, timestamp }))
  }))
  const listed = topics.length === 0 ? [] : await admin.listOffsets({ topics })
  return new Map(
    listed.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, Number(offset)] as const)
    )
  )
}

/** Bytes on disk by `topic/partition`, summed over the brokers. */
async function sizesOf(admin: Admin, wanted: Wanted): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const stored = (await admin.describeLogDirs({ topics: [...wanted] })).flatMap(({ results }) =>
    results.flatMap(dir => dir.topics)
  )
  for (const { name, partitions } of stored)
    for (const { partitionIndex, partitionSize } of partitions) {
      const place = `${name}/${partitionIndex}`
      sizes.set(place, (sizes.get(place) ?? 0) + Number(partitionSize))
    }
  return sizes
}

async function settingsOf(admin: Admin, names: readonly string[]) {
  const resources = names.map(resourceName => ({
    resourceType: topicResource as never,
    resourceName,
    configurationKeys: ['retention.ms', 'cleanup.policy']
  }))
  const described = await admin.describeConfigs({ resources })
  return new Map(
    described.map(each => [each.resourceName, new Map(each.configs.map(({ name, value }) => [name, value]))])
  )
}

/** One topic: its partitions with leader, replicas, offsets and size, and its settings. */
export async function describeTopic({ admin, reader }: KafkaAccess, name: string): Promise<DescribedTopic | undefined> {
  const { topics } = await admin.metadata({ topics: [name], autocreateTopics: false, forceUpdate: true })
  const topic = topics.get(name)
  if (topic === undefined) return undefined
  const [[first, next], sizes, described] = await Promise.all([
    reader.ends(name),
    sizesOf(admin, partitionsOf(topics)).catch(() => new Map<string, number>()),
    admin.describeConfigs({ resources: [{ resourceType: topicResource as never, resourceName: name }] })
  ])
  return {
    name,
    partitions: topic.partitions.map(({ leader, replicas, isr }, partition) => ({
      partition,
      leader,
      replicas,
      inSync: isr,
      first: first.get(partition) ?? 0,
      next: next.get(partition) ?? 0,
      bytes: sizes.get(`${name}/${partition}`) ?? null
    })),
    settings: (described[0]?.configs ?? [])
      .filter(({ isSensitive }) => !isSensitive)
      .map(({ name: key, value, configSource }) => ({
        name: key,
        value: value ?? null,
        changed: configSource !== defaultSource
      }))
      .sort((a, b) => Number(b.changed) - Number(a.changed) || a.name.localeCompare(b.name))
  }
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
