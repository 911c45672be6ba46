import { setTimeout as sleep } from 'node:timers/promises'
import { createKafkajs } from '@outbox-cdc/outbox/kafkajs'
import {
  explainKafka,
  type KafkaConnection,
  kafkajsSecurity,
  type KafkaSecurity,
  kafkaSecurity,
  resolveSecrets
} from '@outbox-cdc/outbox/security'
import { type Admin, type Kafka, logLevel } from 'kafkajs'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'

/** A Kafka cluster as this machine reaches it. Without `security`, in plaintext. */
export type KafkaCluster = { readonly brokers: readonly string[]; readonly security?: KafkaSecurity }

/** A client that doesn't log: its callers report a missing broker in their own words. */
export function quietKafka({ brokers, security = {} }: KafkaCluster, retries = 5): Kafka {
  return createKafkajs({
    clientId: 'connectctl',
    brokers: [...brokers],
    ...kafkajsSecurity(security),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries, initialRetryTime: 200, maxRetryTime: 2_000 }
  })
}

/** The cluster to use on this machine: the brokers of the environment, or else the connector's own; secured as it says. */
export function kafkaOf(config: ConnectorConfig, environment: Environment): KafkaCluster {
  const named = environment['KAFKA_BROKERS'] ?? config['schema.history.internal.kafka.bootstrap.servers'] ?? ''
  return { brokers: itemsOf(resolveSecrets(named, environment)), security: kafkaSecurity(environment) }
}

/** What was asked of Kafka, so that a missing right can be named. */
type Asked = Pick<KafkaConnection, 'topic' | 'group' | 'right'>

/** What stands between us and Kafka, in one sentence; undefined unless it is security. */
export async function explainRefusal(error: unknown, { brokers, security = {} }: KafkaCluster, asked: Asked = {}) {
  const sentence = await explainKafka(error, { ...asked, brokers, security })
  return sentence?.replace(/\.$/, '')
}

/** The same as an error, or the error itself. */
export async function kafkaRefusal(error: unknown, kafka: KafkaCluster, asked?: Asked): Promise<unknown> {
  if (error instanceof ConnectctlError) return error
  const said = await explainRefusal(error, kafka, asked)
  return said === undefined ? error : new ConnectctlError('KAFKA_REFUSES', said, { cause: error })
}

type AdminOptions = Asked & { readonly retries?: number; readonly timeoutMs?: number }

/** Waits for `timeoutMs` at most until a broker answers, also for one that takes connections and says nothing. */
export async function withAdmin<T>(
  kafka: KafkaCluster,
  work: (admin: Admin) => Promise<T>,
  { retries, timeoutMs = 60_000, ...asked }: AdminOptions = {}
): Promise<T> {
  const { brokers } = kafka
  const admin = quietKafka(kafka, retries).admin()
  const connected = new AbortController()
  const late = sleep(timeoutMs, undefined, connected).then(() => {
    void admin.disconnect().catch(() => undefined) // it waits for the connection, so it may never end
    const message = `Kafka at ${brokers.join()} did not answer within ${timeoutMs / 1000} s`
    throw new ConnectctlError('KAFKA_UNREACHABLE', message)
  })
  try {
    await Promise.race([admin.connect(), late]).finally(() => connected.abort())
    return await use(admin, work)
  } catch (error) {
    throw await kafkaRefusal(error, kafka, asked)
  }
}

async function use<T>(admin: Admin, work: (admin: Admin) => Promise<T>): Promise<T> {
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

// The ConfigResourceTypes of kafkajs cannot be imported by name from a module.
const topicResource = 2

/**
 * Settings of a topic; undefined if there is none. Unlike a list of topics, which leaves out what the principal may not
 * see, this fails where it may not.
 */
export async function topicSettings(admin: Admin, topic: string, configNames: string[]) {
  const resources = [{ type: topicResource, name: topic, configNames }]
  try {
    const found = await admin.describeConfigs({ includeSynonyms: false, resources })
    return found.resources[0]?.configEntries ?? []
  } catch (error) {
    if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined
    throw error
  }
}
