import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { uniqueName } from '../../support/unique-name.ts'
import type { Effect, Evidence, Fact, Tried, TopicRecord } from './evidence.ts'

export type Sources = Databases & { readonly brokers: readonly string[]; readonly topic: string }

export type Databases = {
  /** MySQL, with the effects. */
  readonly db: Knex
  /** The database of the writers: the same, or PostgreSQL. */
  readonly source: Knex
}

/** Reads every source on its own, without the code under test. */
export async function collectEvidence(sources: Sources, client: readonly Tried[]): Promise<Evidence> {
  const { db, source } = sources
  const [committed, effects, standing, inbox, records] = await Promise.all([
    readCommitted(source),
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
  return count(db.raw('SELECT COUNT(*) AS n FROM deliveries.effect_log WHERE at >= FROM_UNIXTIME(?)', [since / 1_000]))
}

/** How many committed facts have no effect yet, by number alone. */
export async function countUnderWay({ db, source }: Databases): Promise<number> {
  // In this order: what took effect was committed before, so that 0 means that nothing is under way.
  const effects = await count(db.raw('SELECT COUNT(*) AS n FROM deliveries.effect_log'))
  const committed = await count(
    source.raw('SELECT (SELECT COUNT(*) FROM customer_order) + (SELECT COUNT(*) FROM ledger_step) AS n')
  )
  return committed - effects
}

type Counted = readonly { readonly n: number | string }[]

/** MySQL answers with a pair, PostgreSQL with an object. */
async function count(asked: Knex.Raw): Promise<number> {
  const answer = (await asked) as readonly [Counted] | { readonly rows: Counted }
  const rows = 'rows' in answer ? answer.rows : answer[0]
  return Number(rows[0]?.n)
}

async function readCommitted(source: Knex): Promise<readonly Fact[]> {
  return [
    ...asFacts('order', await source('customer_order').select({ key: 'id', content: 'name' })),
    ...asFacts('ledger', await source('ledger_step').select({ key: 'account' }, 'version', 'content'))
  ]
}

async function readStanding(db: Knex): Promise<readonly Fact[]> {
  return [
    ...asFacts('order', await db('deliveries.delivery').select({ key: 'order_id', content: 'name' })),
    ...asFacts('ledger', await db('deliveries.ledger').select({ key: 'account' }, 'version', 'content'))
  ]
}

type Row = { readonly key: number; readonly version?: number; readonly content: string }

function asFacts(aggregate: string, rows: readonly Row[]): readonly Fact[] {
  return rows.map(row => ({ version: 1, ...row, aggregate }))
}

async function readInbox(db: Knex): Promise<ReadonlySet<string>> {
  const [rows] = await db.raw('SELECT consumer, message_id FROM deliveries.inbox')
  const aggregates: Readonly<Record<string, string>> = { 'delivery-service': 'order', ledger: 'ledger' }
  const ids = rows as { consumer: string; message_id: string }[]
  return new Set(ids.map(({ consumer, message_id: id }) => `${aggregates[consumer] ?? consumer} ${id}`))
}

/** Reads the topic up to its present end with a plain consumer, without the records that a fault planted. */
export async function readRecords({ brokers, topic }: Omit<Sources, keyof Databases>): Promise<readonly TopicRecord[]> {
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
