import type { Admin, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs'
import type { Logger } from '../logger.ts'
import {
  aboutTopic,
  type BrokerOptions,
  type GroupMember,
  type KafkaClient,
  readingGroup,
  topicFacts,
  type TopicFacts
} from './kafka-client.ts'
import { joinWithKafkajs, readWithKafkajs, usualRetry, workersFor } from './kafkajs-member.ts'

/** How kafkajs reaches the brokers. */
export type KafkajsOptions = BrokerOptions & {
  /** Further options of kafkajs: TLS, SASL, timeouts. */
  readonly kafka?: Partial<KafkaConfig>
}

/**
 * kafkajs as the library's Kafka client. Connects at first use. Each call has a connection of its own: while no broker
 * answers, it rejects, and the next call connects again. Needs the package kafkajs.
 */
export function kafkajsClient(options: KafkajsOptions): KafkaClient {
  async function ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = (await load(options, usualRetry)).admin()
    try {
      await admin.connect()
      return await question(admin)
    } finally {
      // Not awaited, because a broker that is frozen doesn't answer.
      void admin.disconnect().catch(() => undefined)
    }
  }

  function askAbout<T>(topic: string, question: (admin: Admin, topic: string) => Promise<T>): Promise<T> {
    return aboutTopic(
      topic,
      ask(admin => question(admin, topic))
    )
  }

  return {
    async join(membership) {
      const facts = await Promise.all(membership.topics.map(topic => askAbout(topic, describeTopic)))
      const partitions = facts.reduce((sum, each) => sum + each.partitions, 0)
      return joinWithKafkajs(await load(options, memberRetry), membership, workersFor(partitions))
    },
    topic: name => askAbout(name, describeTopic),
    async watermarks(topic) {
      const offsets = await askAbout(topic, admin => admin.fetchTopicOffsets(topic))
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]))
    },
    async offsetsAt(topic, timestamp) {
      const offsets = await askAbout(topic, admin => admin.fetchTopicOffsetsByTimestamp(topic, timestamp))
      return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]))
    },
    members: group => ask(admin => describeMembers(admin, group)),
    committed: (groupId, topic) =>
      ask(async admin => {
        const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
        const known = (offsets?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n)
        return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]))
      }),
    async read(read) {
      const groupId = readingGroup(read.topic)
      try {
        await aboutTopic(read.topic, readWithKafkajs(await load(options, usualRetry), { ...read, groupId }))
      } finally {
        await ask(admin => admin.deleteGroups([groupId])).catch(() => undefined)
      }
    },
    close: () => Promise.resolve()
  }
}

// About 20 s, longer than a broker takes to restart after a kill. A member that gave up earlier would join again as a new
// member, and the group would wait for the old one until its session times out.
const memberRetry: RetryOptions = { ...usualRetry, retries: 24 }

// Loaded at first use: a service that only writes needs no Kafka client.
async function load({ brokers, clientId, logger, kafka: more = {} }: KafkajsOptions, retry: RetryOptions) {
  const { createKafkajs } = await import('./kafkajs.ts')
  return createKafkajs({
    retry,
    ...more,
    brokers: brokers.map(broker => broker.trim()),
    clientId,
    logCreator: kafkajsLog(logger)
  })
}

const topicResource = 2

async function describeTopic(admin: Admin, name: string): Promise<TopicFacts> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name, configNames: ['retention.ms', 'segment.ms'] }]
  })
  const entries = configs.resources[0]?.configEntries ?? []
  const valueOf = (config: string) => entries.find(({ configName }) => configName === config)?.configValue
  return topicFacts(topics[0]?.partitions.length, valueOf)
}

async function describeMembers(admin: Admin, group: string): Promise<readonly GroupMember[] | undefined> {
  const { AssignerProtocol } = await import('kafkajs')
  const { groups } = await admin.describeGroups([group])
  const [described] = groups
  if (described?.state === 'Empty') return []
  if (described?.state !== 'Stable') return undefined
  return described.members.map(({ memberMetadata, memberAssignment }) => {
    const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {}
    return {
      topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
      partitions: topic => assignment[topic] ?? []
    }
  })
}

const warning = 2
const expected =
  /rebalanc|does not host this topic|coordinator|not the leader|leadership election|Connection (error|timeout)|ECONNREFUSED|closed connection|Crash|Restarting/i

/** kafkajs logs its retries as errors. What it fixes by itself goes to debug, so that each warning matters. */
function kafkajsLog(logger: Logger) {
  return () =>
    ({ namespace, level, log: { message, ...fields } }: LogEntry): void => {
      const line = { kafkajs: namespace, ...fields }
      const known = expected.test(`${message} ${String(fields.error ?? '')}`)
      if (level <= warning && !known) logger.warn(line, message)
      else logger.debug(line, message)
    }
}
