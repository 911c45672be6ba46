import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import knex from 'knex'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startStack } from '@outbox-cdc/stack'
import { uniqueName, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { closeAfterTest, orderCreated, outboxFor, useOrders } from '../test/orders-database.ts'
import { appendToOutbox, createOutbox, createOutboxTables, requireOutboxTable } from './index.ts'
import { openOneTripOutbox, sql } from './one-trip/index.ts'

const event = (aggregateId: number, name = 'joon') => orderCreated({ aggregateId, payload: { name, quantity: 1 } })
const unfit = (reason: string) =>
  expect.objectContaining({ code: 'BINLOG_UNFIT', retryable: false, message: expect.stringContaining(reason) })

type Driver = { query: (sql: string, done: (error: Error | null) => void) => void }

/** Connections as a pool's `afterCreate` or the server's `init_connect` sets them up. */
async function useSession(setting: string) {
  const database = await useOrders()
  const { client, connection } = database.db.client.config
  const afterCreate = (made: Driver, done: (error: Error | null) => void) => made.query(`SET SESSION ${setting}`, done)
  const db = knex({ client, connection, pool: { min: 0, max: 2, afterCreate } })
  onTestFinished(() => db.destroy())
  return { ...database, db }
}

describe('a session whose events would never be published', () => {
  it.each([
    ['binlog_format = MIXED', 'binlog_format=MIXED'],
    ['binlog_format = STATEMENT, transaction_isolation = "REPEATABLE-READ"', 'binlog_format=STATEMENT'],
    ['sql_log_bin = 0', 'sql_log_bin=OFF'],
    ['binlog_row_image = MINIMAL', 'binlog_row_image=MINIMAL']
  ])('with %s can append nothing, and stops the start', async (setting, reason) => {
    const { db, orders } = await useSession(setting)
    const placed = db.transaction(async trx => {
      await trx('customer_order').insert({ name: 'joon', quantity: 1 })
      await appendToOutbox(trx, event(1))
    })
    await expect(placed).rejects.toEqual(unfit(reason))
    expect(await orders()).toEqual([])
    await expect(requireOutboxTable(db, {})).rejects.toEqual(unfit(reason))
    await expect(createOutboxTables(db)).rejects.toEqual(unfit(reason))
  })

  it('is noticed on each connection of a pool, with one more query on each', async () => {
    const { db, published } = await useOrders()
    const outbox = createOutbox()
    const queries: string[] = []
    db.on('query', ({ sql: text }) => void queries.push(text))
    const first = await db.transaction()
    await outbox.append(first, event(1))
    const before = queries.length
    await outbox.append(first, event(2))
    expect(queries.length - before).toBe(2)

    await db.raw('SET SESSION sql_log_bin = 0')
    const second = await db.transaction()
    await expect(outbox.append(second, event(3))).rejects.toEqual(unfit('sql_log_bin=OFF'))
    await second.rollback()
    await first.commit()
    expect(await published()).toHaveLength(2)
  })
})

describe('a server with a filter and small packets', () => {
  let dir: string
  let stack: Awaited<ReturnType<typeof startStack>>
  beforeAll(async () => {
    const mysqlArgs = ['--binlog-ignore-db=left_out', '--binlog-ignore-db=other', '--max-allowed-packet=1M']
    dir = await mkdtemp(join(tmpdir(), 'unfit-'))
    stack = await startStack({ dir, parts: ['mysql'], mysqlArgs })
  })
  afterAll(async () => {
    await stack.stopAll()
    await rm(dir, { recursive: true, force: true })
  })

  /** A new database of this server. */
  async function useOwn(name: string) {
    const { host, port, rootPassword: password } = stack.mysql
    const url = `mysql://root:${password}@${host}:${port}/${name}`
    const server = knex({ client: 'mysql2', connection: { host, port, user: 'root', password } })
    await server.raw('CREATE DATABASE ??', [name])
    await server.destroy()
    const db = knex({ client: 'mysql2', connection: url })
    onTestFinished(() => db.destroy())
    return { db, url }
  }

  it('is refused where its binlog leaves the database out', async () => {
    const { db } = await useOwn('left_out')
    await expect(createOutboxTables(db)).rejects.toEqual(unfit('binlog-ignore-db is "left_out,other"'))
    expect(await db.schema.hasTable('outbox')).toBe(false)
    const { db: kept } = await useOwn('kept')
    await createOutboxTables(kept)
    await requireOutboxTable(kept, {})
    await kept.raw('CREATE TABLE left_out.outbox LIKE kept.outbox')
    await expect(requireOutboxTable(db, {})).rejects.toEqual(unfit('binlog-ignore-db is "left_out,other"'))
  })

  it('refuses the new connections of a one-trip outbox once its sessions write no whole rows', async () => {
    const { url, db } = await useOwn('one_trip')
    await createOutboxTables(db)
    await db.raw('CREATE TABLE customer_order (name VARCHAR(255), quantity INT)')
    await db.raw('SET GLOBAL binlog_row_image = MINIMAL')
    onTestFinished(async () => void (await db.raw('SET GLOBAL binlog_row_image = FULL')))
    await expect(openOneTripOutbox({ connection: url })).rejects.toEqual(unfit('binlog_row_image=MINIMAL'))
    await db.raw('SET GLOBAL binlog_row_image = FULL')
    const outbox = closeAfterTest(await openOneTripOutbox({ connection: url, connections: 2 }))
    await db.raw('SET GLOBAL binlog_row_image = MINIMAL')
    const insert = sql`INSERT INTO customer_order (name, quantity) SELECT 'joon', SLEEP(${0.5})`
    const both = await Promise.allSettled([outbox.commit(insert, event(1)), outbox.commit(insert, event(2))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: unfit('binlog_row_image=MINIMAL')
    })
    expect(await db('customer_order')).toHaveLength(1)
  })

  it('gets the events of one append in parts that fit, and an error that names what does not', async () => {
    const { db: kept, url: connection } = await useOwn('packets')
    await createOutboxTables(kept)
    await kept.raw('CREATE TABLE seen (n BIGINT AUTO_INCREMENT PRIMARY KEY, event_id BIGINT)')
    await kept.raw(
      'CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen (event_id) VALUES (NEW.event_id)'
    )
    const outbox = createOutbox({ maxEventBytes: 4_000_000 })
    const ids = Array.from({ length: 12 }, (_, index) => index + 1)
    await kept.transaction(trx =>
      outbox.append(
        trx,
        ids.map(id => event(id, '"'.repeat(100_000)))
      )
    )
    expect(await kept('seen').orderBy('n').pluck('event_id')).toEqual(ids)
    const tooLarge = expect.objectContaining({
      code: 'EVENT_TOO_LARGE',
      retryable: false,
      message: expect.stringContaining('max_allowed_packet')
    })
    await expect(kept.transaction(trx => outbox.append(trx, event(1, 'x'.repeat(1_100_000))))).rejects.toEqual(tooLarge)

    const oneTrip = closeAfterTest(await openOneTripOutbox({ connection, maxEventBytes: 4_000_000, connections: 1 }))
    const rows = 'y'.repeat(600_000)
    const wide = [sql`DO ${rows}`, sql`DO ${rows}`]
    await expect(oneTrip.commit(wide, [])).rejects.toEqual(tooLarge)
    await expect(oneTrip.commit(wide[0]!, event(1, rows))).rejects.toEqual(tooLarge)
    await oneTrip.commit(sql`DO ${1}`, event(13))
    expect(await kept('seen').max('event_id as last').first()).toEqual({ last: 13 })
  })
})

it('appends without the grant that shows the filters', async () => {
  const { db, name, url } = await useDatabase('orders')
  await createOutboxTables(db)
  const user = uniqueName('u').slice(0, 20)
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY 'secret'", [user])
  await db.raw(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO ?@'%'`, [user])
  const service = knex({ client: 'mysql2', connection: `mysql://${user}:secret@${new URL(url).host}/${name}` })
  onTestFinished(() => service.destroy())
  await requireOutboxTable(service, {})
  await service.transaction(trx => outboxFor('delete').append(trx, event(1)))
})

it('publishes every character of a payload through a connection in latin1', async () => {
  const { url, published } = await useOrders()
  const db = knex({ client: 'mysql2', connection: `${url}?charset=latin1_swedish_ci` })
  onTestFinished(() => db.destroy())
  const name = 'é 한 😀 \u2028 \\u0041'
  await db.transaction(trx => appendToOutbox(trx, event(1, name)))
  expect(await published()).toMatchObject([{ payload: { name } }])
})
