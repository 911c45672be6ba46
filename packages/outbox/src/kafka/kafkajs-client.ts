import type { Admin, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs'
import type { Logger } from '../logger.ts'
import { type BrokerOptions, type KafkaClient, readingGroup, topicFacts, type TopicFacts } from './kafka-client.ts'
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

  return {
    async join(membership) {
      const { partitions } = await ask(admin => describeTopic(admin, membership.topic))
      return joinWithKafkajs(await load(options, memberRetry), membership, workersFor(partitions))
    },
    topic: name => ask(admin => describeTopic(admin, name)),
    watermarks: topic =>
      ask(async admin => {
        const offsets = await admin.fetchTopicOffsets(topic)
        return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]))
      }),
    offsetsAt: (topic, timestamp) =>
      ask(async admin => {
        const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timestamp)
        return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]))
      }),
    committed: (groupId, topic) =>
      ask(async admin => {
        const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
        const known = (offsets?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n)
        return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]))
      }),
    async read(read) {
      const groupId = readingGroup(read.topic)
      try {
        await readWithKafkajs(await load(options, usualRetry), { ...read, groupId })
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

const warning = 2
const expected =
  /rebalanc|coordinator|not the leader|leadership election|Connection (error|timeout)|ECONNREFUSED|closed connection|Crash|Restarting/i

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
