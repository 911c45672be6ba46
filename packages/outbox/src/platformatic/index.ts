import { Admin } from '@platformatic/kafka'
import {
  aboutTopic,
  type BrokerOptions,
  type GroupMember,
  type KafkaClient,
  readingGroup,
  topicFacts,
  type TopicFacts
} from '../kafka/kafka-client.ts'
import { refusalsOf } from '../kafka/refusals.ts'
import { platformaticSecurity } from '../security/kafka-clients.ts'
import { type ClientOptions, joinWithPlatformatic, readWithPlatformatic } from './member.ts'

/** How @platformatic/kafka reaches the brokers. */
export type PlatformaticOptions = BrokerOptions & {
  /** Further options of @platformatic/kafka, such as timeouts. */
  readonly kafka?: Readonly<Record<string, unknown>> & {
    readonly tls?: never
    readonly ssl?: never
    readonly sasl?: never
  }
}

/**
 * @platformatic/kafka as the library's Kafka client. Connects at first use. While no broker answers, its calls reject and
 * the next call tries again. Close it after its consumer has stopped. Needs the package @platformatic/kafka.
 */
export function platformaticClient(options: PlatformaticOptions): KafkaClient {
  const { clientId, logger, security = {}, kafka = {} } = options
  const brokers = options.brokers.map(broker => broker.trim())
  const base: ClientOptions = {
    retries: 3,
    retryDelay: 250,
    ...kafka,
    ...platformaticSecurity(security, brokers),
    clientId,
    bootstrapBrokers: brokers
  }
  const admin = new Admin(base)
  const refusals = refusalsOf(options)
  // READ also allows what DESCRIBE does, and a reader needs it.
  const about = <T>(topic: string, request: Promise<T>, right = 'READ') =>
    aboutTopic(topic, refusals.about({ topic, right }, request))
  const offsets = (topic: string, timestamp: bigint) => about(topic, listOffsets(admin, topic, timestamp))

  return {
    async join(membership) {
      const { group, topics, onFailure } = membership
      // Joining a group doesn't say which of the topics is missing.
      for (const topic of topics) await about(topic, countPartitions(admin, topic))
      const what = { group, topic: topics.join(', '), right: 'READ' }
      const explaining = { ...membership, onFailure: (error: unknown) => onFailure(refusals.explained(error, what)) }
      return refusals.about(what, joinWithPlatformatic(base, explaining, logger))
    },
    async topic(name) {
      const partitions = await about(name, countPartitions(admin, name))
      return about(name, describeTopic(admin, name, partitions), 'DESCRIBE_CONFIGS')
    },
    async watermarks(topic) {
      const [lows, highs] = await Promise.all([offsets(topic, earliest), offsets(topic, latest)])
      return new Map([...highs].map(([partition, high]) => [partition, { low: lows.get(partition) ?? 0n, high }]))
    },
    async offsetsAt(topic, timestamp) {
      // The end first: a record that comes between the two answers must not lie before it.
      const highs = await offsets(topic, latest)
      const found = await offsets(topic, BigInt(timestamp))
      return new Map([...highs].map(([partition, high]) => [partition, found.get(partition) ?? high]))
    },
    committed: (group, topic) => refusals.about({ group, topic, right: 'READ' }, committedOffsets(admin, group, topic)),
    members: group => refusals.about({ group, right: 'READ' }, describeMembers(admin, group)),
    async read(read) {
      const groupId = readingGroup(read.topic)
      try {
        const what = { topic: read.topic, group: groupId, right: 'READ' }
        await aboutTopic(read.topic, refusals.about(what, readWithPlatformatic(base, { ...read, groupId })))
      } finally {
        await admin.deleteGroups({ groups: [groupId] }).catch(() => undefined)
      }
    },
    close: () => admin.close().catch(() => undefined)
  }
}

const earliest = -2n
const latest = -1n
const topicResource = 2

async function countPartitions(admin: Admin, name: string): Promise<number> {
  const metadata = await admin.metadata({ topics: [name], autocreateTopics: false, forceUpdate: true })
  return metadata.topics.get(name)?.partitionsCount ?? 0
}

async function describeTopic(admin: Admin, name: string, partitions: number): Promise<TopicFacts> {
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: topicResource, resourceName: name, configurationKeys: ['retention.ms', 'segment.ms'] }]
  })
  return topicFacts(partitions, key => described?.configs.find(config => config.name === key)?.value)
}

async function listOffsets(admin: Admin, topic: string, timestamp: bigint): Promise<Map<number, bigint>> {
  const { topics } = await admin.metadata({ topics: [topic], autocreateTopics: false })
  const count = topics.get(topic)?.partitionsCount ?? 0
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }))
  const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions }] })
  // A negative offset means that there is no record at or after the time.
  const known = (listed?.partitions ?? []).filter(({ offset }) => offset >= 0n)
  return new Map(known.map(({ partitionIndex, offset }) => [partitionIndex, offset]))
}

async function committedOffsets(admin: Admin, group: string, topic: string): Promise<Map<number, bigint>> {
  const [listed] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const partitions = listed?.topics.find(({ name }) => name === topic)?.partitions ?? []
  const known = partitions.filter(({ committedOffset }) => committedOffset >= 0n)
  return new Map(known.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]))
}

async function describeMembers(admin: Admin, group: string): Promise<readonly GroupMember[] | undefined> {
  const described = (await admin.describeGroups({ groups: [group] })).get(group)
  if (described?.state === 'Empty') return []
  if (described?.state !== 'Stable') return undefined
  return [...described.members.values()].map(({ metadata, assignments }) => ({
    topics: metadata?.topics ?? [],
    partitions: topic => assignments?.get(topic)?.partitions ?? []
  }))
}
