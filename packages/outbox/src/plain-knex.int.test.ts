import type { Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../test/consumer-bench.ts'
import { orderCreated } from '../test/orders-database.ts'
import { createPostgres, noPostgres, readWal, usePostgres } from '../test/postgres.ts'
import { withDriverOptions, withMappers, withSession } from '../test/callers-knex.ts'
import {
  appendToOutbox,
  countParked,
  createOutbox,
  createOutboxTables,
  dropInboxTables,
  dropOutboxTables,
  findMessage,
  listParked,
  pruneInbox,
  requestRetry,
  requireOutboxTable,
  showParked,
  skipParked
} from './index.ts'
import { messageStore } from './message/index.ts'

const useMySql = async () => (await useDatabase('callers')).db
const shout = (value: unknown) => `shouted ${String(value)}`
// knex itself reads the version of PostgreSQL as text.
const parserOf = (type: number) => (type === 25 ? String : shout)

/** What the caller's knex may do to names, answers and texts. */
const onMySql: readonly (readonly [name: string, through: (db: Knex) => Knex])[] = [
  ['hooks that map names', withMappers],
  ['rowsAsArray', db => withDriverOptions(db, { rowsAsArray: true })],
  ['nestTables', db => withDriverOptions(db, { nestTables: true })],
  ['typeCast: false', db => withDriverOptions(db, { typeCast: false })],
  [
    'a typeCast of its own',
    db => withDriverOptions(db, { typeCast: (_: unknown, next: () => unknown) => shout(next()) })
  ],
  ['dateStrings and a timezone', db => withDriverOptions(db, { dateStrings: true, timezone: '+09:00' })],
  [
    'numbers in other forms',
    db => withDriverOptions(db, { supportBigNumbers: true, bigNumberStrings: true, decimalNumbers: true })
  ],
  [
    'placeholders and statements in other forms',
    db => withDriverOptions(db, { namedPlaceholders: true, multipleStatements: true, stringifyObjects: true })
  ],
  [
    'jsonStrings and disableEval',
    db => withDriverOptions(db, { jsonStrings: true, disableEval: true, rowsAsArray: true })
  ],
  ['the charset latin1', db => withDriverOptions(db, { charset: 'latin1' })],
  ['SET NAMES latin1', db => withSession(db, 'SET NAMES latin1')]
]
const onPostgres: typeof onMySql = [
  ['hooks that map names', withMappers],
  ['type parsers of its own', db => withDriverOptions(db, { types: { getTypeParser: parserOf } })],
  ['binary answers', db => withDriverOptions(db, { binary: true })],
  ['bytea_output=escape', db => withSession(db, "SET bytea_output = 'escape'")]
]
// A writer refuses it.
const latin1: (typeof onMySql)[number] = [
  'client_encoding=latin1',
  db => withSession(db, "SET client_encoding = 'latin1'")
]
const callers = [
  ...onMySql.map(([name, through]) => [`MySQL with ${name}`, useMySql, through] as const),
  ...(noPostgres === undefined ? [...onPostgres, latin1] : []).map(
    ([name, through]) => [`PostgreSQL with ${name}`, usePostgres, through] as const
  )
]

describe.each(callers)('a consumer on %s', (_, useDb, through) => {
  it('queues behind a parked key, retries, skips, and prunes', async () => {
    const plain = await useDb()
    const bench = await useConsumerBench({ database: plain, partitions: 1 })
    const db = through(plain)
    const all = bench.events({ keys: 1, perKey: 6 })
    const place = { consumer: bench.group, key: 'thing/1' }
    bench.refuse.add('1:2').add('1:3')
    await bench.produce(all.slice(0, 4))
    await bench.produce(all.slice(0, 1))
    await bench.consumer({ db, retryParkedEveryMs: 20 }).start()
    await eventually(() => expect(bench.seen).toMatchObject({ duplicates: 1, parked: 3 }))
    expect((await bench.effects()).map(({ n }) => n)).toEqual([1])
    expect(await listParked(db)).toEqual([
      expect.objectContaining({ key: 'thing/1', reason: 'REFUSED', waiting: 3, parkedAt: expect.any(Date) })
    ])

    bench.refuse.delete('1:2')
    await requestRetry(db, place)
    await eventually(async () => expect(await showParked(db, place)).toMatchObject([{ state: 'applied' }, {}, {}]))
    await eventually(async () => expect(await countParked(db, bench.group)).toMatchObject({ keys: 1, events: 2 }))
    const skipped = await skipParked(db, { ...place, note: 'a test' })
    expect(skipped).toMatchObject({ event_key: 'thing/1', state: 'waiting' })
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 2, 4]))
    const messageId = all[2]!.messageId
    expect(await findMessage(db, { ...place, messageId })).toMatchObject({ parked: { state: 'skipped' } })
    expect(await pruneInbox(db, { consumer: bench.group, olderThanMs: -60_000 })).toBe(7)
    await dropInboxTables(db)
  })

  it('notices a gap and fills it', async () => {
    const plain = await useDb()
    const bench = await useConsumerBench({ database: plain, partitions: 1 })
    const db = through(plain)
    const [first, second, third] = bench.events({ keys: 1, perKey: 3 })
    await bench.produce([first!])
    await bench.consumer({ db, onGap: 'park', retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(1))
    await bench.produce([third!])
    await eventually(async () => expect(await listParked(db)).toMatchObject([{ reason: 'VERSION_GAP' }]))
    await bench.produce([second!])
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 2, 3]))
  })
})

describe.each(onMySql)('a writer with %s', (_, through) => {
  it('records the position, publishes, and changes no header', async () => {
    const { db: plain } = await useDatabase('callers')
    const db = through(plain)
    await createOutboxTables(db)
    await requireOutboxTable(db, {})
    expect(await plain('outbox_position')).toMatchObject([
      {
        binlog_file: expect.stringMatching(/.\.\d+$/),
        binlog_position: expect.any(Number),
        gtid_set: expect.any(String)
      }
    ])
    await plain.raw('CREATE TABLE seen LIKE outbox')
    await plain.raw(
      'CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen SELECT * FROM outbox WHERE id = NEW.id'
    )
    const context = { correlationId: 'Zoë ✖ 😀', causationId: '原因' }
    // From an id on that no driver reads as a small number.
    await plain.raw(`ALTER TABLE outbox AUTO_INCREMENT = ${2 ** 31}`)
    for (const count of [1, 2]) {
      const events = Array.from({ length: count }, () =>
        orderCreated({ aggregateId: count, payload: { name: 'Zoë 😀', quantity: 1 }, ...context })
      )
      await db.transaction(trx => appendToOutbox(trx, events))
    }
    expect(await plain('outbox')).toEqual([])
    const written = { correlation_id: 'Zoë ✖ 😀', causation_id: '原因', payload: { name: 'Zoë 😀', quantity: 1 } }
    expect(await plain('seen')).toMatchObject([written, written, written])
    await dropOutboxTables(db)
    expect(await plain.schema.hasTable('outbox_position')).toBe(false)
  })
})

describe.skipIf(noPostgres !== undefined).each(onPostgres)('a writer on PostgreSQL with %s', (_, through) => {
  it.each(['delete', 'message'] as const)('publishes with the store %s, and changes no header', async store => {
    const { db: plain, name: slot, drop } = await createPostgres()
    onTestFinished(drop)
    const db = through(plain)
    await createOutboxTables(db, { store })
    await requireOutboxTable(db, { store })
    await plain.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [slot])
    const outbox = createOutbox({ store: store === 'message' ? messageStore : undefined })
    const event = orderCreated({
      aggregateId: 2 ** 40,
      payload: { name: 'Zoë 😀', quantity: 1 },
      correlationId: 'Zoë ✖ 😀'
    })
    await db.transaction(trx => outbox.append(trx, [event, event]))
    const changes = (await readWal(plain, slot)).map(String).filter(data => data.includes('order_created'))
    const text = store === 'message' ? String.raw`Zo\u00eb \u2716 \ud83d\ude00` : 'Zoë ✖ 😀'
    expect(changes).toEqual([expect.stringContaining(text), expect.stringContaining(text)])
    await dropOutboxTables(db)
    expect((await plain.raw('SELECT FROM pg_publication')).rowCount).toBe(0)
  })
})
