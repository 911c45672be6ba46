import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { uniqueName } from '../../support/unique-name.ts'
import type { Effect, Evidence, Fact, Tried, TopicRecord } from './evidence.ts'

export type Sources = { readonly db: Knex; readonly brokers: readonly string[]; readonly topic: string }

/** Reads every source on its own, without the code under test. */
export async function collectEvidence(sources: Sources, client: readonly Tried[]): Promise<Evidence> {
  const { db } = sources
  const [committed, effects, standing, inbox, records] = await Promise.all([
    readCommitted(db),
    readEffects(db),
    readStanding(db),
    readInbox(db),
    readRecords(sources)
  ])
  return { client, committed, records, effects, standing, inbox }
}

async function readEffects(db: Knex): Promise<readonly Effect[]> {
  const [rows] = await db.raw(`SELECT aggregate, aggregate_id AS \`key\`, version, content,
    UNIX_TIMESTAMP(at) * 1000 AS at FROM deliveries.effect_log ORDER BY seq`)
  return (rows as Effect[]).map(row => ({ ...row, at: Number(row.at) }))
}

/** Contents of the orders that took effect since then, with the time of each. */
export async function readOrdersSince(db: Knex, since: number): Promise<ReadonlyMap<string, number>> {
  const [rows] = await db.raw(
    `SELECT content, UNIX_TIMESTAMP(at) * 1000 AS at FROM deliveries.effect_log FORCE INDEX (effect_log_by_at)
      WHERE aggregate = 'order' AND at >= FROM_UNIXTIME(?) ORDER BY at`,
    [since / 1_000]
  )
  return new Map((rows as Effect[]).map(({ content, at }) => [content, Number(at)]))
}

/** How many effects there were since then. */
export async function countEffects(db: Knex, since: number): Promise<number> {
  return count(db, 'SELECT COUNT(*) AS n FROM deliveries.effect_log WHERE at >= FROM_UNIXTIME(?)', [since / 1_000])
}

/** How many committed facts have no effect yet, by number alone. */
export async function countUnderWay(db: Knex): Promise<number> {
  return count(
    db,
    `SELECT (SELECT COUNT(*) FROM orders.customer_order) + (SELECT COUNT(*) FROM orders.ledger_step)
      - (SELECT COUNT(*) FROM deliveries.effect_log) AS n`
  )
}

async function count(db: Knex, sql: string, values: readonly number[] = []): Promise<number> {
  const [rows] = await db.raw(sql, [...values])
  return Number((rows as { n: number }[])[0]?.n)
}

async function readCommitted(db: Knex): Promise<readonly Fact[]> {
  return facts(db, {
    orders: 'SELECT id AS `key`, name AS content FROM orders.customer_order',
    ledger: 'SELECT account AS `key`, version, content FROM orders.ledger_step'
  })
}

function readStanding(db: Knex): Promise<readonly Fact[]> {
  return facts(db, {
    orders: 'SELECT order_id AS `key`, name AS content FROM deliveries.delivery',
    ledger: 'SELECT account AS `key`, version, content FROM deliveries.ledger'
  })
}

async function facts(db: Knex, queries: { orders: string; ledger: string }): Promise<readonly Fact[]> {
  const [orders] = await db.raw(queries.orders)
  const [ledger] = await db.raw(queries.ledger)
  return [
    ...(orders as Fact[]).map(row => ({ ...row, aggregate: 'order', version: 1 })),
    ...(ledger as Fact[]).map(row => ({ ...row, aggregate: 'ledger' }))
  ]
}

async function readInbox(db: Knex): Promise<ReadonlySet<string>> {
  const [rows] = await db.raw('SELECT consumer, message_id FROM deliveries.inbox')
  const aggregates: Readonly<Record<string, string>> = { 'delivery-service': 'order', ledger: 'ledger' }
  const ids = rows as { consumer: string; message_id: string }[]
  return new Set(ids.map(({ consumer, message_id: id }) => `${aggregates[consumer] ?? consumer} ${id}`))
}

/** Reads the topic up to its present end with a plain consumer, without the records that a fault planted. */
export async function readRecords({ brokers, topic }: Sources): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 10 } })
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const left = new Map(ends.filter(({ high, low }) => high !== low).map(end => [end.partition, Number(end.high) - 1]))
  const records: TopicRecord[] = []
  if (left.size === 0) return records
  const consumer = kafka.consumer({ groupId: uniqueName('oracle'), maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${topic} could not be read to its end within 5 min`)), 300_000)
      const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
        if (message.headers?.['planted'] === undefined) records.push(asRecord(message, partition))
        if (Number(message.offset) >= (left.get(partition) ?? Infinity)) left.delete(partition)
        if (left.size > 0) return
        clearTimeout(timer)
        resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records
}

type Value = { payload: { event_id: number; payload: string; created_at: string } }

function asRecord({ headers, value, offset }: KafkaMessage, partition: number): TopicRecord {
  const header = (name: string) => String(headers?.[name] ?? '')
  const { payload } = JSON.parse(String(value)) as Value
  const content = JSON.parse(payload.payload) as { name?: string; text?: string }
  const aggregate = header('aggregate')
  return {
    aggregate,
    key: payload.event_id,
    version: Number(header('aggregate_version') || 1),
    content: content.name ?? content.text ?? '',
    messageId: header('message_id'),
    place: `${partition}/${offset}`,
    createdAt: payload.created_at
  }
}
