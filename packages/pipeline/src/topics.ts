import { type ITopicConfig, Kafka, logLevel } from 'kafkajs'
import { createTopics } from '@outbox-cdc/stack'

const hour = 3600 * 1000
const day = 24 * hour

/** Every topic is made on purpose: the brokers create none by accident. */
export const topics = { outbox: 'orders_server.orders.outbox', schemaHistory: 'schema_changes.orders' }

function wanted(replicas: number): ITopicConfig[] {
  const topic = (name: string, numPartitions: number, configEntries: Record<string, string>): ITopicConfig => ({
    topic: name,
    numPartitions,
    replicationFactor: replicas,
    configEntries: Object.entries(configEntries).map(([key, value]) => ({ name: key, value }))
  })
  return [
    // An inbox must remember for the retention and one segment more: short segments keep it small.
    topic(topics.outbox, 3, { 'retention.ms': String(7 * day), 'segment.ms': String(hour) }),
    // Debezium rebuilds the tables' structure from its first record on: it may never expire, and must have one order.
    topic(topics.schemaHistory, 1, { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' }),
    topic('__debezium-heartbeat.orders_server', 1, { 'retention.ms': String(day) }),
    topic('orders_server.orders.connect_heartbeat', 1, { 'retention.ms': String(day) }),
    // Debezium writes DDL and transaction notices to a topic named as its prefix when told to.
    topic('orders_server', 1, { 'retention.ms': String(day) })
  ]
}

/** Creates the topics that are missing and leaves the others as they are. */
export async function ensureTopics(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({
    clientId: 'create-topics',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8 }
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = wanted(Math.min(3, brokers.length)).filter(({ topic }) => !existing.has(topic))
    if (missing.length > 0) await createTopics(admin, missing)
  } finally {
    await admin.disconnect()
  }
}
