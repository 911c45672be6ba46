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
import type { DebeziumTopic } from '../test/topic-reader.ts'
import {
  appendToOutbox,
  createConsumer,
  createInboxTables,
  createOutbox,
  createOutboxTables,
  defineEvent,
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
const hostile = ['x/y', 'raw:1', '100%', "o'hara\\", '{"event_id":7}', '?', ':id']
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
    const closedIds: string[] = []
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
          account_closed: handle(closed, async event => void closedIds.push(event.aggregateId))
        }
      }
    })
    onTestFinished(async () => {
      await consumer.stop()
      await kafka.close()
    })
    await consumer.start()
    await eventually(() => expect(closedIds.toSorted()).toEqual(ids.toSorted()), { timeoutMs: 60_000 })
    const parked = await listParked(db)
    expect(parked.map(({ waiting }) => waiting)).toEqual(ids.map(() => 2))
    expect(new Set(parked.map(({ key }) => key)).size).toBe(ids.length)
    expect(parked.map(({ key }) => key)).toContain(`account/${uuid}`)
    const [record] = await topic.recordsOf('😀', 3)
    expect(record?.partition).toBe(partitionOf(record!.key!, 3))
  }
)

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
