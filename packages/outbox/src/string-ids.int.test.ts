import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { silent } from '../test/counted.ts'
import { streamOutbox } from '../test/debezium-topic.ts'
import { createPostgres, noPostgres, usePostgres } from '../test/postgres.ts'
import { streamPostgres } from '../test/postgres-topic.ts'
import { databaseUrl, outboxctl } from '../test/run-outboxctl.ts'
import type { DebeziumTopic } from '../test/topic-reader.ts'
import {
  appendToOutbox,
  createConsumer,
  createInboxTables,
  createOutbox,
  createOutboxTables,
  defineEvent,
  eventKey,
  handle,
  kafkajsClient,
  listParked,
  type Outbox
} from './index.ts'
import { messageStore } from './message/index.ts'
import { partitionOf } from './testing/partition-of.ts'

const payload = z.object({ ok: z.boolean() })
const event = { aggregateId: 'string', version: 1, payload } as const
const opened = defineEvent({ ...event, name: 'account_opened', aggregate: 'account' })
const closed = defineEvent({ ...event, name: 'account_closed', aggregate: 'customer' })
const paid = defineEvent({ name: 'account_paid', aggregate: 'account', version: 1, payload })

const uuid = randomUUID()
const names = ['a', 'A', 'a ', ' a', 'a\n', 'a-slug', '\u00e4', 'a\u0308', 'ß', 'ss', '😀', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'e\u0301'.repeat(85)]
const likeNumbers = ['7', '07', '7.0', '-0', '1e3', '9007199254740993', 'null', 'true']
const hostile = [
  'x/y',
  'raw:1',
  '100%',
  "o'hara\\",
  '{"event_id":7}',
  '?',
  ':id',
  '#1',
  '"q"',
  '<b>',
  '--all',
  'a\u202eb',
  'a\u200db',
  '\u{1b}[2J'
]
const ids = [uuid, '01JDQ4ZK9H1TRAYS8S0RZQW3YF', ...names, ...likeNumbers, ...hostile]

/** Makes a writer's database with string ids, writes to it, and streams what was written. */
async function streamMysql(write: (db: Knex, outbox: Outbox) => Promise<void>): Promise<DebeziumTopic> {
  const writer = await useDatabase('accounts')
  await createOutboxTables(writer.db, { aggregateId: 'string' })
  await write(writer.db, createOutbox())
  return streamOutbox(writer)
}

const streamPostgresBy =
  (store: 'delete' | 'message'): typeof streamMysql =>
  async write => {
    const { db, name, drop } = await createPostgres()
    onTestFinished(drop)
    await createOutboxTables(db, { store, aggregateId: 'string' })
    const topic = await streamPostgres({ db, name, store, aggregateId: 'string' })
    await write(db, createOutbox({ store: store === 'message' ? messageStore : undefined }))
    return topic
  }

const useMysql = async () => (await useDatabase('inbox')).db
const ways = [
  ['MySQL to MySQL', streamMysql, useMysql],
  ['PostgreSQL to PostgreSQL', streamPostgresBy('delete'), usePostgres],
  ['messages of PostgreSQL to MySQL', streamPostgresBy('message'), useMysql]
] as const

it.each(noPostgres === undefined ? ways : ways.slice(0, 1))(
  'keeps every string id apart, from %s',
  async (_, stream, useDb) => {
    const topic = await stream((db, outbox) =>
      db.transaction(async trx => {
        for (const id of ids) await outbox.append(trx, opened({ aggregateId: id, payload: { ok: false } }))
        for (const id of ids) await outbox.append(trx, opened({ aggregateId: id, payload: { ok: true } }))
        // The same id of another aggregate waits for nothing.
        for (const id of ids) await outbox.append(trx, closed({ aggregateId: id, payload: { ok: true } }))
      })
    )
    onTestFinished(() => topic.remove())
    const db = await useDb()
    await createInboxTables(db)
    await createTables(db)
    const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'ids', logger: silent })
    const consumer = createConsumer({
      kafka,
      group: uniqueName('accounts'),
      db,
      logger: silent,
      topics: {
        [topic.name]: {
          account_opened: handle(opened, async ({ payload }) => {
            if (!payload.ok) throw Object.assign(new Error('refused'), { retryable: false })
          }),
          account_closed: handle(
            closed,
            async ({ aggregateId }, trx) => void (await trx('closing').insert({ id: aggregateId }))
          )
        }
      }
    })
    onTestFinished(async () => {
      await consumer.stop()
      await kafka.close()
    })
    await consumer.start()
    await eventually(
      async () => expect((await db<{ id: string }>('closing').pluck('id')).toSorted()).toEqual(ids.toSorted()),
      { timeoutMs: 60_000 }
    )
    const parked = await listParked(db)
    expect(parked.map(({ waiting }) => waiting)).toEqual(ids.map(() => 2))
    expect(new Set(parked.map(({ key }) => key)).size).toBe(ids.length)
    expect(parked.map(({ key }) => key)).toContain(`account/${uuid}`)
    const [record] = await topic.recordsOf('😀', 3)
    expect(record?.partition).toBe(partitionOf(record!.key!, 3))

    const url = await databaseUrl(db)
    await namesInParkedEvents(url, { skipped: 'a\u202eb', keys: parked.map(({ key }) => key) })
    await namesInAudit(db, { url, topic: topic.name })
  }
)

/** The committed accounts, and the effects of their closing at a time that isn't in UTC. */
async function createTables(db: Knex): Promise<void> {
  const [text, now] =
    db.client.dialect === 'postgresql'
      ? ['TEXT', "now() AT TIME ZONE INTERVAL '+09:00'"]
      : ['VARCHAR(255) COLLATE utf8mb4_0900_bin', 'UTC_TIMESTAMP(6) + INTERVAL 9 HOUR']
  await db.raw(`CREATE TABLE account (id ${text} PRIMARY KEY, opened_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`)
  const local = db.client.dialect === 'postgresql' ? 'TIMESTAMP' : 'DATETIME(6)'
  await db.raw(`CREATE TABLE closing (id ${text} PRIMARY KEY, closed_at ${local} DEFAULT (${now}))`)
  await db('account').insert(ids.map(id => ({ id })))
}

const hidden = /[^\n\P{C}]/u

async function namesInParkedEvents(url: string, { skipped, keys }: { skipped: string; keys: readonly string[] }) {
  const ctl = (...args: string[]) => outboxctl(['parked', ...args], { OUTBOX_DB_URL: url, USER: 'ann' })
  const listed: { key: string; aggregate: string; id: string }[] = JSON.parse((await ctl('list', '--json')).out)
  const whole = listed.filter(({ id }) => id !== undefined)
  expect(whole.map(({ id }) => id).toSorted()).toEqual(ids.filter(id => id.length < 100).toSorted())
  const [, ...lines] = (await ctl('list')).out.split('\n')
  const shown = lines.map(line => / +(\S+) +REFUSED +2 +1 +\d+ s(?: +".*")?$/.exec(line) ?? [])
  // Each key can be copied from the table, and what isn't plain is shown beside it.
  expect(new Set(shown.map(([, key]) => key))).toEqual(new Set(keys))
  expect(keys.every(key => /^[!-~]+$/.test(key))).toBe(true)
  expect(lines.join('\n')).not.toMatch(hidden)
  expect(lines.filter(line => /"a "$|"a\\n"$|"\\u001b\[2J"$|"a\\u0308"$/.test(line))).toHaveLength(4)
  for (const key of keys) {
    const { code, out } = await ctl('show', key)
    expect({ key, code }).toEqual({ key, code: 0 })
    expect(out).not.toMatch(hidden)
  }
  const key = listed.find(({ id }) => id === skipped)?.key ?? ''
  expect(await ctl('skip', key, '--because', 'a test', '--yes')).toMatchObject({ code: 0 })
  expect(await ctl('retry', key)).toMatchObject({ code: 0 })
}

async function namesInAudit(db: Knex, { url, topic }: { url: string; topic: string }) {
  const brokers = useStack().kafka.brokers.join(',')
  const until = new Date(Date.now() + 60_000).toISOString()
  const rows = ['--committed', 'account(id,opened_at)', '--effects', 'closing(id,closed_at,+09:00)']
  const databases = ['--source', url, '--target', url, '--topic', topic]
  const audit = (event: string, ...more: string[]) =>
    outboxctl(['audit', ...databases, '--event', event, '--since', '1h', '--until', until, ...rows, ...more], {
      KAFKA_BROKERS: brokers
    })
  expect(await audit('account_closed')).toMatchObject({ code: 0 })
  await db('closing').delete()
  // The parked accounts excuse accounts, but not the customers with the same ids.
  expect(await audit('account_opened')).toMatchObject({ code: 0 })
  const { findings } = JSON.parse((await audit('account_closed', '--json')).out)
  const missing = ids.map(id => ({ kind: 'missing effect', id, key: eventKey('customer', id) }))
  expect(findings).toEqual(expect.arrayContaining(missing.map(one => expect.objectContaining(one))))
  expect(findings).toHaveLength(ids.length)
  const { out } = await audit('account_closed')
  expect(out).toMatch(/✗ {2}missing effect +customer\/a%20 +"a " +account_closed at \d@\d+ took no effect/)
  expect(out).toMatch(/✗ {2}missing effect +customer\/1e3 {3,}account_closed/)
  expect(out).not.toMatch(hidden)
}

it.each([
  ['integer', opened({ aggregateId: '7', payload: { ok: true } })],
  ['string', paid({ aggregateId: 7, payload: { ok: true } })]
] as const)('refuses the other kind of id for a table of %s ids', async (kind, wrong) => {
  const { db } = await useDatabase('accounts')
  await createOutboxTables(db, { aggregateId: kind })
  await expect(db.transaction(trx => appendToOutbox(trx, wrong))).rejects.toMatchObject({
    code: 'EVENT_INVALID',
    message: expect.stringContaining(`made for ${kind} ids`)
  })
  const other = kind === 'integer' ? 'string' : 'integer'
  await expect(createOutboxTables(db, { aggregateId: other })).rejects.toMatchObject({
    code: 'STORE_MISMATCH',
    message: expect.stringContaining(`not for ${other} ids`)
  })
})
