import type { Config } from '../config.ts'
import type { ConnectRest } from '../connect/connect-rest.ts'
import { createConnectorReader, createHeartbeatReader } from '../connect/read-connector.ts'
import type { KafkaClients } from '../kafka/kafka-clients.ts'
import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'
import { createProbe } from './probe.ts'
import { createDeliveriesReader } from './read-deliveries.ts'
import { createGroupReader } from './read-group.ts'
import { createOrdersReader } from './read-orders.ts'
import { createWaitingReader } from './read-waiting.ts'
import { createServiceReader } from './read-service.ts'
import { createTopicReader } from './read-topic.ts'
import type { Probes } from './sampler.ts'

export type ProbeSources = {
  readonly config: Config
  readonly kafka: KafkaClients
  readonly connect: ConnectRest
  readonly ordersDb: Database | undefined
  readonly deliveriesDb: Database | undefined
}

/** One probe for each hop, as far as it is configured. */
export function createProbes({ config, kafka, connect, ordersDb, deliveriesDb }: ProbeSources): Probes {
  const { admin, reader } = kafka.samples
  const { KAFKA_TOPIC: topicName, KAFKA_GROUP: group, CONNECTOR_NAME: connector } = config
  const topic = createProbe({
    read: createTopicReader({ admin, reader, topic: topicName, event: config.AGGREGATE_EVENT })
  })
  const ends = () => topic.reading().value?.next
  const orders =
    ordersDb &&
    createProbe({
      read: createOrdersReader({
        db: ordersDb,
        table: config.AGGREGATE_TABLE,
        outboxTable: config.OUTBOX_TABLE
      })
    })
  return {
    topic,
    group: createProbe({ read: createGroupReader({ admin, reader, topic: topicName, group, ends }) }),
    connector:
      config.CONNECT_URL.length === 0 ? undefined : createProbe({ read: createConnectorReader(connect, connector) }),
    heartbeat: createProbe({ read: createHeartbeatReader(reader, config.KAFKA_HEARTBEAT_TOPICS) }),
    orderService: serviceProbe(config.WRITER_URL),
    deliveryService: serviceProbe(config.CONSUMER_URL),
    orders,
    waiting:
      ordersDb &&
      createProbe({
        read: createWaitingReader({
          db: ordersDb,
          table: config.AGGREGATE_TABLE,
          committed: () => orders?.reading().value?.newest[0]?.id,
          seen: () => topic.reading().value?.seenOrder
        })
      }),
    deliveries:
      deliveriesDb &&
      createProbe({
        read: createDeliveriesReader({
          db: deliveriesDb,
          table: config.EFFECT_TABLE,
          committedAt: ids => committedAt(ordersDb, config.AGGREGATE_TABLE, ids)
        })
      })
  }
}

function serviceProbe(url: string | undefined) {
  return url === undefined ? undefined : createProbe({ read: createServiceReader(url) })
}

async function committedAt(db: Database | undefined, table: string, ids: readonly number[]) {
  const rows = await db
    ?.rows<{ id: number; created_at: string }>(`SELECT id, created_at FROM \`${table}\` WHERE id IN (?)`, [ids])
    // Latency needs both databases; deliveries are worth showing without it.
    .catch(() => [])
  return new Map((rows ?? []).map(({ id, created_at }) => [id, instantOf(created_at)]))
}
