import type { Admin } from '@platformatic/kafka'
import type { DescribedTopic, ListedTopic, Volume } from '../api/kafka-schemas.ts'
import type { RecordReader } from './record-reader.ts'

const topicResource = 2
const defaultSource = 5

/** All topics in four requests, however many there are. */
export async function listTopics(admin: Admin): Promise<readonly ListedTopic[]> {
  const names = await admin.listTopics({ includeInternals: true })
  const { topics } = await admin.metadata({ topics: names, autocreateTopics: false, forceUpdate: true })
  // The client leaves Kafka's own offset topic without partitions.
  const readable = [...topics].filter(([, topic]) => topic !== undefined)
  const wanted = readable.map(([name, topic]) => ({ name, partitions: topic.partitions.map((_, index) => index) }))
  const [first, next, sizes, settings] = await Promise.all([
    offsetsOf(admin, wanted, -2n),
    offsetsOf(admin, wanted, -1n),
    sizesOf(admin, wanted).catch(() => new Map<string, number>()),
    settingsOf(admin, names, ['retention.ms', 'cleanup.policy']).catch(
      () => new Map<string, Map<string, string | null>>()
    )
  ])
  return wanted
    .map(({ name, partitions }) => {
      const count = (offsets: ReadonlyMap<string, number>) => offsets.get(name) ?? 0
      const own = partitions.map(partition => sizes.get(`${name}/${partition}`)).filter(size => size !== undefined)
      return {
        name,
        partitions: partitions.length,
        records: Math.max(0, count(next) - count(first)),
        bytes: own.length === 0 ? null : own.reduce((sum, size) => sum + size, 0),
        retentionMs: numberOr(settings.get(name)?.get('retention.ms')),
        cleanup: settings.get(name)?.get('cleanup.policy') ?? null,
        internal: /^(__(?!debezium-heartbeat)|connect[_-]|schema[_-]changes|_schemas$)/.test(name),
        heartbeat: /heartbeat/.test(name)
      }
    })
    .sort((a, b) => Number(a.internal) - Number(b.internal) || a.name.localeCompare(b.name))
}

type Wanted = readonly { readonly name: string; readonly partitions: readonly number[] }[]

async function offsetsOf(admin: Admin, wanted: Wanted, timestamp: bigint): Promise<ReadonlyMap<string, number>> {
  const topics = wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(partitionIndex => ({ partitionIndex, timestamp }))
  }))
  const listed = topics.length === 0 ? [] : await admin.listOffsets({ topics })
  const totals = new Map<string, number>()
  for (const { name, partitions } of listed)
    totals.set(name, (totals.get(name) ?? 0) + partitions.reduce((sum, { offset }) => sum + Number(offset), 0))
  return totals
}

/** Bytes on disk by `topic/partition`, summed over the brokers. */
async function sizesOf(admin: Admin, wanted: Wanted): Promise<Map<string, number>> {
  const topics = wanted.map(({ name, partitions }) => ({ name, partitions: [...partitions] }))
  const sizes = new Map<string, number>()
  const stored = (await admin.describeLogDirs({ topics })).flatMap(({ results }) => results.flatMap(dir => dir.topics))
  for (const { name, partitions } of stored)
    for (const { partitionIndex, partitionSize } of partitions) {
      const place = `${name}/${partitionIndex}`
      sizes.set(place, (sizes.get(place) ?? 0) + Number(partitionSize))
    }
  return sizes
}

async function settingsOf(admin: Admin, names: readonly string[], keys: string[] | null) {
  const resources = names.map(resourceName => ({
    resourceType: topicResource as never,
    resourceName,
    configurationKeys: keys
  }))
  const described = await admin.describeConfigs({ resources })
  return new Map(
    described.map(({ resourceName, configs }) => [
      resourceName,
      new Map(configs.map(({ name, value }) => [name, value]))
    ])
  )
}

/** One topic: its partitions with leader, replicas, offsets and size, and its settings. */
export async function describeTopic(
  admin: Admin,
  reader: RecordReader,
  name: string
): Promise<DescribedTopic | undefined> {
  const { topics } = await admin.metadata({ topics: [name], autocreateTopics: false, forceUpdate: true })
  const topic = topics.get(name)
  if (topic === undefined) return undefined
  const wanted = [{ name, partitions: topic.partitions.map((_, index) => index) }]
  const [first, next, sizes, described] = await Promise.all([
    reader.offsets(name, 'earliest'),
    reader.offsets(name, 'latest'),
    sizesOf(admin, wanted).catch(() => new Map<string, number>()),
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

function numberOr(text: string | null | undefined): number | null {
  return text === null || text === undefined || text === '' ? null : Number(text)
}

export type VolumeOptions = { readonly reader: RecordReader; readonly topic: string; readonly minutes: number }

const buckets = 60

/** How many records came in each sixtieth of the last minutes: one question to the offset index each, no record read. */
export async function volumeOf({ reader, topic, minutes }: VolumeOptions): Promise<Volume> {
  const stepMs = (minutes * 60_000) / buckets
  const until = Math.ceil(Date.now() / stepMs) * stepMs
  const from = until - buckets * stepMs
  const edges = Array.from({ length: buckets }, (_, index) => new Date(from + index * stepMs))
  const totals: number[] = []
  for (const edge of edges) totals.push(sum((await reader.offsets(topic, edge)).values()))
  totals.push(sum((await reader.offsets(topic, 'latest')).values()))
  return { from, stepMs, counts: edges.map((_, index) => Math.max(0, (totals[index + 1] ?? 0) - (totals[index] ?? 0))) }
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
