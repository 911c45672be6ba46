import knex, { type Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { type TestDatabase, uniqueName, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { orderCreated, useOrders } from '../../test/orders-database.ts'
import { createOutbox, createOutboxTables, dropOutboxTables, maintainOutboxPartitions } from '../index.ts'

/** The same database as an account with exactly these grants. */
async function asAccount({ name, url, db }: TestDatabase, grants: readonly string[]): Promise<Knex> {
  const user = uniqueName('u').slice(0, 20)
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY 'secret'", [user])
  for (const grant of [`ALL ON ${name}.*`, ...grants]) await db.raw(`GRANT ${grant} TO ?@'%'`, [user])
  const { hostname: host, port } = new URL(url)
  const connection = { host, port: Number(port), user, password: 'secret', database: name }
  const own = knex({ client: 'mysql2', connection, pool: { min: 0, max: 2 } })
  onTestFinished(() => own.destroy())
  return own
}

describe('createOutboxTables', () => {
  it('records the binlog position before the first event, and keeps it when repeated', async () => {
    const database = await useDatabase('tables')
    const [[before]] = await database.db.raw('SHOW BINARY LOG STATUS')
    await createOutboxTables(database.db)
    const recorded = await database.db('outbox_position')
    expect(recorded).toMatchObject([{ binlog_file: expect.any(String), gtid_set: expect.any(String) }])
    if (recorded[0].binlog_file === before.File)
      expect(recorded[0].binlog_position).toBeGreaterThanOrEqual(before.Position)
    await createOutboxTables(database.db)
    expect(await database.db('outbox_position')).toEqual(recorded)
  })

  it('names the missing grant and makes no table without it', async () => {
    const database = await useDatabase('tables')
    const without = await asAccount(database, [])
    await expect(createOutboxTables(without)).rejects.toMatchObject({
      code: 'GRANT_MISSING',
      message: expect.stringContaining('GRANT REPLICATION CLIENT')
    })
    expect(await database.db.schema.hasTable('outbox_position')).toBe(false)
    await createOutboxTables(await asAccount(database, ['REPLICATION CLIENT ON *.*']))
    expect(await database.db.schema.hasTable('outbox')).toBe(true)
  })

  it('refuses a table that was made for another store', async () => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db, { store: 'keep' })
    await expect(createOutboxTables(db, { store: 'blackhole' })).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
  })

  it('is undone by dropOutboxTables, which may be repeated', async () => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db)
    await dropOutboxTables(db)
    await dropOutboxTables(db)
    expect(await db.schema.hasTable('outbox')).toBe(false)
  })
})

describe('maintainOutboxPartitions', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)

  it('adds the days to come and drops those that are over, in bounded steps', async () => {
    const { db } = await useOrders('keep')
    const outbox = createOutbox({ store: 'keep' })
    const event = orderCreated({ aggregateId: 1, payload: { name: 'joon', quantity: 1 } })
    await db.transaction(trx => outbox.append(trx, [event, event]))
    const now = inDays(10)
    const first = await maintainOutboxPartitions(db, { keepDays: 12, now })
    expect(first).toMatchObject({ dropped: [], left: 0 })
    expect(first.added.length).toBe(8)
    expect(await db('outbox')).toHaveLength(2)
    const second = await maintainOutboxPartitions(db, { keepDays: 1, mostDrops: 5, now })
    expect(second).toMatchObject({ added: [], left: 3 })
    expect(second.dropped).toHaveLength(5)
    expect(await db('outbox')).toEqual([])
    await db.transaction(trx => outbox.append(trx, event))
    expect(await db('outbox')).toHaveLength(1)
  })

  it('gives up, retryable, rather than hold up writers behind a long transaction', async () => {
    const { db } = await useOrders('keep')
    const reader = await db.transaction()
    await reader('outbox').count()
    const blocked = maintainOutboxPartitions(db, { keepDays: 1, lockWaitSeconds: 1, now: inDays(10) })
    await expect(blocked).rejects.toMatchObject({ code: 'MAINTENANCE_FAILED', retryable: true })
    await reader.rollback()
    const [[session]] = await db.raw('SELECT @@SESSION.lock_wait_timeout AS own, @@GLOBAL.lock_wait_timeout AS usual')
    expect(session.own).toBe(session.usual)
  })

  it('says that it can be repeated when its connection is lost', async () => {
    const { db } = await useOrders('keep')
    const reader = await db.transaction()
    await reader('outbox').count()
    const waiting = maintainOutboxPartitions(db, { keepDays: 1, lockWaitSeconds: 30, now: inDays(10) })
    const lost = expect(waiting).rejects.toMatchObject({ code: 'MAINTENANCE_FAILED', retryable: true })
    await eventually(async () => {
      const [[{ id }]] = await db.raw(
        "SELECT id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND info LIKE 'ALTER TABLE outbox%'"
      )
      await db.raw('KILL ?', [id])
    })
    await lost
    await reader.rollback()
  })

  it('refuses a table without partitions', async () => {
    const { db } = await useOrders('delete')
    await expect(maintainOutboxPartitions(db, { keepDays: 1 })).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
  })
})
