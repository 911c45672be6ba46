import { fileURLToPath } from 'node:url'
import type { OutboundEvent } from '@outbox-cdc/outbox'
import {
  createMemoryKafka,
  createMemoryTopic,
  debeziumRecord,
  type MemoryTopic,
  type ProducedRecord
} from '@outbox-cdc/outbox/testing'
import { createLogger, migrate, type Service } from '@outbox-cdc/service-kit'
import { mysqlConnections } from '@outbox-cdc/test-support/mysql-connections'
import { createServiceDatabase, type TestDatabase } from '@outbox-cdc/test-support/use-stack'
import type { Knex } from 'knex'
import { onTestFinished } from 'vitest'
import * as customerService from '../customer-service/service.ts'
import * as orderService from '../order-service/service.ts'

/** A service on a database of its own, with its topic, in this process. */
type Running = {
  readonly db: Knex
  readonly topic: MemoryTopic
  /** What it has published so far, each event once. */
  readonly published: readonly ProducedRecord[]
  readonly url: () => string
  /** Cuts all its connections, as a death does, and starts it again. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Both services on MySQL. Instead of Debezium and Kafka, what is committed to an outbox goes to a topic in memory. */
export async function startTwoServices() {
  const topics = {
    orderTopic: createMemoryTopic({ name: 'orderTopic' }),
    customerTopic: createMemoryTopic({ name: 'customerTopic' })
  }
  const [customers, orders] = await Promise.all([
    startOne('customer-service', customerService, { publishes: topics.customerTopic, reads: topics.orderTopic }),
    startOne('order-service', orderService, { publishes: topics.orderTopic, reads: topics.customerTopic })
  ])
  const stop = async () => void (await Promise.all([customers.stop(), orders.stop()]))
  onTestFinished(stop)
  return { customers, orders, stop }
}

type Module = typeof customerService | typeof orderService
type Topics = { readonly publishes: MemoryTopic; readonly reads: MemoryTopic }

async function startOne(folder: string, module: Module, { publishes, reads }: Topics): Promise<Running> {
  const directory = fileURLToPath(new URL(`../${folder}/migrations`, import.meta.url))
  const database = await createServiceDatabase('saga', url => migrate({ url, directory, report: () => undefined }))
  const published: ProducedRecord[] = []
  const stopRelay = await relay(database.db, publishes.name, record => {
    published.push(record)
    publishes.produce(record)
  })
  const env = { HTTP_PORT: '0', MYSQL_URL: database.url, KAFKA_BROKERS: 'none:1', KAFKA_TOPIC: reads.name }
  let service: Service
  let port = 0
  const start = async () => {
    const config = module.configSchema.parse(env)
    service = module.createService(config, createLogger(folder, 'silent'), createMemoryKafka(reads))
    port = await service.start()
  }
  await start()
  const stop = async () => {
    await service.stop()
    await stopRelay()
    await database.drop()
  }
  return {
    db: database.db,
    topic: publishes,
    published,
    stop: onlyOnce(stop),
    url: () => `http://127.0.0.1:${port}`,
    async crash() {
      await cutConnections(database)
      await service.stop()
      await start()
    }
  }
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= work())
}

async function cutConnections({ db, url }: TestDatabase): Promise<void> {
  const user = new URL(url).username
  const own = (await mysqlConnections(db)).filter(connection => connection.user === user)
  for (const { id } of own) await db.raw('KILL ?', [id]).catch(() => undefined) // it may have ended by itself
}

/** Publishes what each transaction has left in the outbox, after its commit. */
async function relay(db: Knex, topic: string, publish: (record: ProducedRecord) => void): Promise<() => Promise<void>> {
  await db.raw('CREATE TABLE outbox_log AS SELECT * FROM outbox')
  await db.raw(
    'CREATE TRIGGER log_outbox AFTER INSERT ON outbox FOR EACH ROW INSERT INTO outbox_log SELECT NEW.id, ' +
      'NEW.event, NEW.event_id, NEW.payload, NEW.created_at, NEW.message_id, NEW.aggregate, NEW.aggregate_version, ' +
      'NEW.schema_version, NEW.correlation_id, NEW.causation_id, NEW.traceparent'
  )
  let stopped = false
  const run = async () => {
    while (!stopped) {
      const rows = await db('outbox_log').orderBy('id')
      for (const row of rows) publish(debeziumRecord(eventOf(row), { ...row, createdAt: row.created_at, topic }))
      await db('outbox_log')
        .whereIn(
          'id',
          rows.map(({ id }) => id)
        )
        .delete()
      await new Promise(resolve => setTimeout(resolve, 2))
    }
  }
  const running = run()
  return async () => {
    stopped = true
    await running
  }
}

const eventOf = ({ event, event_id, ...row }: Record<string, unknown>) =>
  ({
    name: event,
    aggregate: row['aggregate'],
    aggregateId: event_id,
    aggregateVersion: row['aggregate_version'] ?? undefined,
    schemaVersion: row['schema_version'],
    messageId: row['message_id'],
    correlationId: row['correlation_id'] ?? undefined,
    causationId: row['causation_id'] ?? undefined,
    json: JSON.stringify(row['payload'])
  }) as unknown as OutboundEvent
