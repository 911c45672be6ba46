import type { Admin, Kafka, KafkaConfig, RetryOptions } from 'kafkajs'
import type { Logger } from '../consumer/logger.ts'
import { type KafkaClient, readingGroup, type TopicFacts } from './kafka-client.ts'
import { kafkajsLog } from './kafkajs-log.ts'
import { joinWithKafkajs } from './kafkajs-member.ts'
import { workersFor } from './kafkajs-record.ts'
import { readWithKafkajs } from './kafkajs-read.ts'

/** How kafkajs reaches the brokers. */
export type KafkajsOptions = {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly logger: Logger
  /** What else kafkajs takes: TLS, SASL, timeouts. */
  readonly kafka?: Partial<KafkaConfig>
}

/**
 * The kafkajs client behind the library's port. Connects when it is first needed; where a broker is away, its calls reject
 * and the next one connects anew. Close it when its consumer has stopped. Needs the package kafkajs.
 */
export function kafkajsClient(options: KafkajsOptions): KafkaClient {
  let kafka: Promise<Kafka> | undefined
  const client = () => (kafka ??= load(options, usualPatience))
  let admin: Promise<Admin> | undefined

  async function ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    admin ??= client().then(connectedAdmin)
    const asked = admin
    try {
      return await question(await asked)
    } catch (error) {
      // A connection that failed once is not trusted again.
      if (admin === asked) admin = undefined
      void asked.then(old => old.disconnect()).catch(() => undefined)
      throw error
    }
  }

  return {
    async join(membership) {
      const { partitions } = await ask(admin => topicFacts(admin, membership.topic))
      const patient = await load(options, membersPatience)
      return joinWithKafkajs(patient, { ...membership, concurrency: workersFor(partitions) })
    },
    topic: name => ask(admin => topicFacts(admin, name)),
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
        await readWithKafkajs(await client(), { ...read, groupId })
      } finally {
        await ask(admin => admin.deleteGroups([groupId])).catch(() => undefined)
      }
    },
    async close() {
      const last = admin
      admin = undefined
      await last?.then(old => old.disconnect()).catch(() => undefined)
    }
  }
}

const usualPatience: RetryOptions = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 }
// Some 20 s, longer than a broker takes to come back from a kill: whoever gives up before joins anew, beside a former
// self that the group waits for until its session is over.
const membersPatience: RetryOptions = { ...usualPatience, retries: 24 }

// Loaded when first used: a service that only writes needs no Kafka client.
async function load(
  { brokers, clientId, logger, kafka: more = {} }: KafkajsOptions,
  retry: RetryOptions
): Promise<Kafka> {
  const kafkajs = await import('kafkajs')
  return new kafkajs.Kafka({
    retry,
    ...more,
    brokers: [...brokers],
    clientId,
    logCreator: kafkajsLog(logger)
  })
}

async function connectedAdmin(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin()
  await admin.connect()
  return admin
}

const topicResource = 2

async function topicFacts(admin: Admin, name: string): Promise<TopicFacts> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name, configNames: ['retention.ms', 'segment.ms'] }]
  })
  const entries = configs.resources[0]?.configEntries ?? []
  const valueOf = (config: string) => Number(entries.find(entry => entry.configName === config)?.configValue ?? -1)
  return {
    partitions: topics[0]?.partitions.length ?? 0,
    retentionMs: forEver(valueOf('retention.ms')),
    segmentMs: forEver(valueOf('segment.ms'))
  }
}

function forEver(ms: number): number {
  return ms < 0 ? Infinity : ms
}
