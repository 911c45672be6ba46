import { fileURLToPath } from 'node:url'
import { defineEvent, type OutboundEvent } from '@outbox-cdc/outbox'
import { type Logger, migrate } from '@outbox-cdc/service-kit'
import { Kafka, logLevel, type Message } from 'kafkajs'
import type { Knex } from 'knex'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { debeziumRecord } from '@outbox-cdc/outbox/testing'
import { createTopics } from '@outbox-cdc/stack'
import { type Answer, fetchJson } from '@outbox-cdc/test-support/http'
import { createServiceDatabase, uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { configSchema } from '../src/config.ts'
import { createService } from '../src/service.ts'

const directory = fileURLToPath(new URL('../migrations', import.meta.url))

/** What a later version of the order service might publish: with a field that this service doesn't know. */
export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.looseObject({ name: z.string(), quantity: z.number() })
})

export type LogLine = { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }

export type Bench = {
  readonly db: Knex
  readonly env: Readonly<Record<string, string>>
  readonly produce: (...events: OutboundEvent[]) => Promise<void>
  readonly send: (...messages: Message[]) => Promise<void>
}

/** A topic with three partitions, and a migrated database with an account that has the service's grants. */
export async function createBench(): Promise<Bench> {
  const database = await createServiceDatabase('deliveries', url =>
    migrate({ url, directory, report: () => undefined })
  )
  const topic = uniqueName('orders')
  const { brokers } = useStack().kafka
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await createTopics(admin, [{ topic, numPartitions: 3 }])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  onTestFinished(async () => {
    await producer.disconnect()
    await database.drop()
  })
  const send = async (...messages: Message[]) => void (await producer.send({ topic, messages }))
  let lastId = 0
  return {
    db: database.db,
    env: {
      HTTP_PORT: '0',
      MYSQL_URL: database.url,
      KAFKA_BROKERS: brokers.join(','),
      KAFKA_TOPIC: topic,
      KAFKA_GROUP: uniqueName('delivery')
    },
    produce: (...events) => send(...events.map(event => messageOf(event, ++lastId))),
    send
  }
}

type Options = { readonly env: Readonly<Record<string, string>> }
export type TestService = {
  readonly get: (path: string) => Promise<Answer>
  readonly stop: () => Promise<void>
  readonly log: readonly LogLine[]
}

/** A running service on a free port that stops when the test ends. */
export async function buildService({ env }: Options): Promise<TestService> {
  const log: LogLine[] = []
  const at = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void log.push({ level, message, fields })
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger
  const service = await createService(configSchema.parse(env), logger)
  onTestFinished(service.stop)
  const base = `http://127.0.0.1:${await service.start()}`
  return { get: path => fetchJson(base + path), stop: service.stop, log }
}

// Connect sends null headers for NULL columns. kafkajs can't, so they are left out.
function messageOf(event: OutboundEvent, id: number): Message {
  const record = debeziumRecord(event, { id, createdAt: new Date(), topic: 'orders_server.orders.outbox' })
  const headers = Object.entries(record.headers).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return { key: record.key, value: record.value, headers: Object.fromEntries(headers) }
}
