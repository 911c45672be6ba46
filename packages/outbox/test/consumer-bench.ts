import { randomInt } from 'node:crypto'
import { Kafka, type Message } from 'kafkajs'
import type { Knex } from 'knex'
import { expect, onTestFinished } from 'vitest'
import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import {
  type ConsumedEvent,
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  createInboxTables,
  type EventHandler,
  handle,
  kafkajsClient,
  type OutboundEvent
} from '../src/index.ts'
import { type KafkaSecurity, kafkajsSecurity } from '../src/security/index.ts'
import { counted, logger, Refused } from './counted.ts'
import { wireMessage } from './wire-message.ts'

export type Effect = { readonly event_key: number; readonly n: number }
export type ParkedRow = { readonly event_key: string; readonly reason: string; readonly state: string }

type Handlers = Readonly<Record<string, EventHandler>>
type Range = { readonly keys: number; readonly perKey: number; readonly from?: number }

type BenchOptions = {
  readonly partitions?: number
  readonly database?: Knex
  /** The brokers, and who makes the topic and writes to it; those that all tests share by default. */
  readonly admin?: { readonly brokers: readonly string[]; readonly security?: KafkaSecurity }
}

/** A topic, a database with an effect table, and consumers that write into it. */
export async function useConsumerBench({
  partitions = 3,
  database,
  admin: cluster = useStack().kafka
}: BenchOptions = {}) {
  const topic = uniqueName('bench')
  const db = database ?? (await useDatabase('bench')).db
  await createInboxTables(db)
  await createEffects(db)
  const producer = await useTopic(topic, { partitions, admin: cluster })
  const seen = { handled: 0, duplicates: 0, parked: 0, retries: 0 }
  const refuse = new Set<string>()
  const group = uniqueName('group')
  let lastId = 0

  async function apply(event: ConsumedEvent<string, { n: number }>, trx: Knex.Transaction): Promise<void> {
    if (refuse.has(`${event.aggregateId}:${event.payload.n}`)) throw new Refused('not this one')
    await trx('effect').insert({ event_key: event.aggregateId, n: event.payload.n })
  }

  function consumer(overrides: Partial<ConsumerOptions> & { handler?: EventHandler; on?: Handlers } = {}): Consumer {
    const { handler = handle(counted, apply), on = { counted: handler }, ...rest } = overrides
    const kafka = rest.kafka ?? kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'bench', logger })
    const made = createConsumer({
      topics: { [topic]: on },
      group,
      db,
      logger,
      observe: {
        handled: () => void seen.handled++,
        duplicate: () => void seen.duplicates++,
        parked: () => void seen.parked++,
        retrying: () => void seen.retries++
      },
      ...rest,
      kafka
    })
    onTestFinished(async () => {
      await made.stop()
      await kafka.close()
    })
    return made
  }

  return {
    topic,
    group,
    db,
    seen,
    refuse,
    apply,
    consumer,
    events,
    async produce(list: readonly OutboundEvent[]): Promise<void> {
      await this.send(list.map(event => wireMessage(event, ++lastId)))
    },
    /** Deletes the topic and makes it again: offsets start at 0. */
    recreateTopic: () => recreateTopic(topic, partitions),
    /** The same events under a name that no handler knows. */
    async produceAs(name: string, list: readonly OutboundEvent[]): Promise<void> {
      await this.send(list.map(event => wireMessage({ ...event, name }, ++lastId)))
    },
    async send(messages: readonly Message[]): Promise<void> {
      for (let at = 0; at < messages.length; at += 1_000)
        await producer.send({ topic, messages: messages.slice(at, at + 1_000) })
    },
    /** As a connector with exactly-once delivery writes: each commit leaves a marker in every partition it wrote to. */
    async sendInTransaction(list: readonly OutboundEvent[]): Promise<void> {
      const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], clientId: 'bench-transactional', logLevel: 0 })
      const writer = kafka.producer({ transactionalId: uniqueName('writer'), maxInFlightRequests: 1, idempotent: true })
      await writer.connect()
      const transaction = await writer.transaction()
      await transaction.send({ topic, messages: list.map(event => wireMessage(event, ++lastId)) })
      await transaction.commit()
      await writer.disconnect()
    },
    async effects(): Promise<Effect[]> {
      const rows: Effect[] = await db('effect').select('event_key', 'n').orderBy('seq')
      // PostgreSQL's driver gives a BIGINT as text.
      return rows.map(({ event_key: key, n }) => ({ event_key: Number(key), n }))
    },
    parked: (): Promise<ParkedRow[]> =>
      db('parked_event').select('event_key', 'reason', 'state', 'error', 'note').orderBy('id'),
    async disorder(): Promise<string[]> {
      return disorderOf(await this.effects())
    }
  }
}

/** What is wrong with the effects: each key must count 1, 2, 3 … without a hole, a repeat or a swap. */
export function disorderOf(effects: readonly Effect[]): string[] {
  const last = new Map<number, number>()
  const wrong: string[] = []
  for (const { event_key: key, n } of effects) {
    const expected = (last.get(key) ?? 0) + 1
    if (n !== expected) wrong.push(`key ${key}: expected ${expected}, got ${n}`)
    last.set(key, n)
  }
  return wrong
}

/** `perKey` events for each of the keys 1 … `keys`, mixed as many writers would mix them. */
function events({ keys, perKey, from = 1 }: Range): OutboundEvent[] {
  const left = new Map(Array.from({ length: keys }, (_, index) => [index + 1, from]))
  const made: OutboundEvent[] = []
  while (left.size > 0) {
    const [key, n] = [...left][randomInt(left.size)]!
    made.push(counted({ aggregateId: key, aggregateVersion: n, payload: { n } }))
    if (n + 1 < from + perKey) left.set(key, n + 1)
    else left.delete(key)
  }
  return made
}

async function createEffects(db: Knex): Promise<void> {
  await db.schema.createTable('effect', table => {
    table.bigIncrements('seq')
    table.bigInteger('event_key').notNullable()
    table.integer('n').notNullable()
    table.timestamp('at', { precision: 6 }).notNullable().defaultTo(db.fn.now(6))
  })
}

async function recreateTopic(topic: string, partitions: number): Promise<void> {
  const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], clientId: 'bench-admin', logLevel: 0 })
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  await eventually(async () => expect(await admin.listTopics()).not.toContain(topic))
  await createTopics(admin, [{ topic, numPartitions: partitions }])
  await admin.disconnect()
}

async function useTopic(topic: string, { partitions, admin: cluster }: Required<Omit<BenchOptions, 'database'>>) {
  const { brokers, security = {} } = cluster
  const settings = { brokers: [...brokers], clientId: 'bench-producer', logLevel: 0, ...kafkajsSecurity(security) }
  const kafka = new Kafka(settings)
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = [{ name: 'max.message.bytes', value: String(5 * 1024 * 1024) }]
  await createTopics(admin, [{ topic, numPartitions: partitions, configEntries }])
  await admin.disconnect()
  // A broker that is busy with a new topic refuses one partition, and the client then sends all of them again.
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer
}
