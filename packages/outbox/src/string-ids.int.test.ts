import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { silent } from '../test/counted.ts'
import { streamOutbox } from '../test/debezium-topic.ts'
import { noPostgres, usePostgres } from '../test/postgres.ts'
import {
  appendToOutbox,
  createConsumer,
  createInboxTables,
  createOutboxTables,
  defineEvent,
  handle,
  kafkajsClient,
  listParked
} from './index.ts'
import { partitionOf } from './testing/partition-of.ts'

const aggregateId = 'string'
const opened = defineEvent({
  name: 'account_opened',
  aggregate: 'account',
  aggregateId,
  version: 1,
  payload: z.object({ ok: z.boolean() })
})
const closed = defineEvent({ ...opened, name: 'account_closed', aggregate: 'customer' })

const ids = [
  randomUUID(),
  '01JDQ4ZK9H1TRAYS8S0RZQW3YF',
  'a-slug',
  ...['a', 'A', 'a ', ' a', 'a\n', 'ä', 'a\u0308', '\u00e4', 'ß', 'ss'],
  ...['7', '07', '7.0', '-0', '1e3', '9007199254740993', 'null', 'true'],
  ...['😀', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'x/y', 'raw:1', '100%', "o'hara\\", '{"event_id":7}', '?', ':id', 'e\u0301'.repeat(85)]
]
const distinct = [...new Set(ids)]

const databases = [
  ['MySQL', async () => (await useDatabase('inbox')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

it.each(databases)('keeps every string id apart, from the writer to parking on %s', async (_, useDb) => {
  const writer = await useDatabase('accounts')
  await createOutboxTables(writer.db, { aggregateId })
  await writer.db.transaction(async trx => {
    for (const id of distinct) await appendToOutbox(trx, opened({ aggregateId: id, payload: { ok: false } }))
    for (const id of distinct) await appendToOutbox(trx, opened({ aggregateId: id, payload: { ok: true } }))
    // The same id of another aggregate waits for nothing.
    for (const id of distinct) await appendToOutbox(trx, closed({ aggregateId: id, payload: { ok: true } }))
  })
  const topic = await streamOutbox(writer)
  onTestFinished(() => topic.remove())
  const db = await useDb()
  await createInboxTables(db)
  const closedIds: string[] = []
  const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'ids', logger: silent })
  const consumer = createConsumer({
    kafka,
    topic: topic.name,
    group: uniqueName('accounts'),
    db,
    logger: silent,
    on: {
      account_opened: handle(opened, async ({ payload }) => {
        if (!payload.ok) throw Object.assign(new Error('refused'), { retryable: false })
      }),
      account_closed: handle(closed, async event => void closedIds.push(event.aggregateId))
    }
  })
  onTestFinished(async () => {
    await consumer.stop()
    await kafka.close()
  })
  await consumer.start()
  await eventually(() => expect(closedIds.toSorted()).toEqual(distinct.toSorted()), { timeoutMs: 60_000 })
  const parked = await listParked(db)
  expect(parked.map(({ waiting }) => waiting)).toEqual(distinct.map(() => 2))
  expect(new Set(parked.map(({ key }) => key)).size).toBe(distinct.length)
  expect(parked.map(({ key }) => key)).toContain(`account/${ids[0]}`)
  const [record] = await topic.recordsOf('😀', 3)
  expect(record?.partition).toBe(partitionOf(record!.key!, 3))
})

it.each([
  ['integer', opened({ aggregateId: '7', payload: { ok: true } })],
  [
    'string',
    defineEvent({ ...opened, aggregateId: 'integer', name: 'account_paid' })({ aggregateId: 7, payload: { ok: true } })
  ]
] as const)('refuses the other kind of id for a table of %s ids', async (kind, event) => {
  const { db } = await useDatabase('accounts')
  await createOutboxTables(db, { aggregateId: kind })
  await expect(db.transaction(trx => appendToOutbox(trx, event))).rejects.toMatchObject({
    code: 'EVENT_INVALID',
    message: expect.stringContaining(`made for ${kind} ids`)
  })
  const other = kind === 'integer' ? 'string' : 'integer'
  await expect(createOutboxTables(db, { aggregateId: other })).rejects.toMatchObject({
    code: 'STORE_MISMATCH',
    message: expect.stringContaining(`not for ${other} ids`)
  })
})
