import type { Admin, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs'
import type { Logger } from '../logger.ts'
import { kafkajsSecurity } from '../security/kafka-clients.ts'
import {
  aboutTopic,
  type BrokerOptions,
  type GroupMember,
  type KafkaClient,
  readingGroup,
  topicFacts,
  type TopicFacts
} from './kafka-client.ts'
import { refusalsOf } from './refusals.ts'
import { joinWithKafkajs, readWithKafkajs, usualRetry, workersFor } from './kafkajs-member.ts'

/** How kafkajs reaches the brokers. */
export type KafkajsOptions = BrokerOptions & {
  /** Further options of kafkajs, such as timeouts. */
  readonly kafka?: Partial<Omit<KafkaConfig, 'ssl' | 'sasl'>>
}

/**
 * kafkajs as the library's Kafka client. Connects at first use. Each call has a connection of its own: while no broker
 * answers, it rejects, and the next call connects again. Needs the package kafkajs.
 */
export function kafkajsClient(options: KafkajsOptions): KafkaClient {
  const refusals = refusalsOf(options)

  async function ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const { kafka, complete } = await load(options, usualRetry)
    const admin = kafka.admin()
    try {
      await admin.connect()
      return await question(admin)
    } catch (error) {
      throw complete(error)
    } finally {
      // Not awaited, because a broker that is frozen doesn't answer.
      void admin.disconnect().catch(() => undefined)
    }
  }

  function askAbout<T>(topic: string, question: (admin: Admin, topic: string) => Promise<T>): Promise<T> {
    const answer = ask(admin => question(admin, topic))
    return aboutTopic(topic, refusals.about({ topic }, answer))
  }

  return {
    async join(membership) {
      const { group, topics, onFailure } = membership
      const counts = await Promise.all(topics.map(topic => askAbout(topic, countPartitions)))
      const workers = workersFor(counts.reduce((sum, count) => sum + count, 0))
      const what = { group, topic: topics.join(', ') }
      const { kafka, complete } = await load(options, memberRetry)
      const explaining = {
        ...membership,
        onFailure: (error: unknown) => onFailure(refusals.explained(complete(error), what))
      }
      return refusals.about(what, joinWithKafkajs(kafka, explaining, workers))
    },
    topic: name =>
      askAbout(name, async admin => {
        const partitions = await countPartitions(admin, name)
        const right = 'DESCRIBE_CONFIGS'
        return refusals.about({ topic: name, right }, describeTopic(admin, name, partitions))
      }),
    async watermarks(topic) {
      const offsets = await askAbout(topic, admin => admin.fetchTopicOffsets(topic))
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]))
    },
    async offsetsAt(topic, timestamp) {
      const offsets = await askAbout(topic, admin => admin.fetchTopicOffsetsByTimestamp(topic, timestamp))
      return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]))
    },
    members: group =>
      refusals.about(
        { group },
        ask(admin => describeMembers(admin, group))
      ),
    committed: (groupId, topic) =>
      refusals.about(
        { group: groupId, topic },
        ask(async admin => {
          const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
          const known = (offsets?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n)
          return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]))
        })
      ),
    async read(read) {
      const groupId = readingGroup(read.topic)
      try {
        const { kafka, complete } = await load(options, usualRetry)
        const reading = readWithKafkajs(kafka, { ...read, groupId }).catch((error: unknown) => {
          throw complete(error)
        })
        await aboutTopic(read.topic, refusals.about({ topic: read.topic, group: groupId }, reading))
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
async function load(options: KafkajsOptions, retry: RetryOptions) {
  const { brokers, clientId, logger, security = {}, kafka: more = {} } = options
  const { createKafkajs } = await import('./kafkajs.ts')
  let groupRefused = false
  const kafka = createKafkajs({
    retry,
    ...more,
    ...kafkajsSecurity(security),
    brokers: brokers.map(broker => broker.trim()),
    clientId,
    logCreator: () => entry => {
      groupRefused ||= /Not authorized to access group/.test(String(entry.log['error']))
      logEntry(logger, entry)
    }
  })
  /** kafkajs only logs that a group is refused; its error is that the group has no coordinator. */
  const complete = (error: unknown): unknown =>
    groupRefused && error instanceof Error && /Failed to find group coordinator/.test(error.message)
      ? Object.assign(new Error('Not authorized', { cause: error }), { type: 'GROUP_AUTHORIZATION_FAILED' })
      : error
  return { kafka, complete }
}

const topicResource = 2

async function countPartitions(admin: Admin, name: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
  return topics[0]?.partitions.length ?? 0
}

async function describeTopic(admin: Admin, name: string, partitions: number): Promise<TopicFacts> {
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name, configNames: ['retention.ms', 'segment.ms'] }]
  })
  const entries = configs.resources[0]?.configEntries ?? []
  return topicFacts(partitions, config => entries.find(({ configName }) => configName === config)?.configValue)
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
  /rebalanc|does not host this topic|coordinator|not the leader|leadership election|Connection (error|timeout)|ECONNREFUSED|closed connection|Crash|Restarting|SASL|authoriz|authenticat/i

/**
 * kafkajs logs its retries as errors. What it fixes by itself goes to debug, so that each warning matters, and so does
 * what security refuses: the error of the request says it.
 */
function logEntry(logger: Logger, { namespace, level, log: { message, ...fields } }: LogEntry): void {
  const line = { kafkajs: namespace, ...fields }
  const known = expected.test(`${message} ${String(fields.error ?? '')}`)
  if (level <= warning && !known) logger.warn(line, message)
  else logger.debug(line, message)
}
