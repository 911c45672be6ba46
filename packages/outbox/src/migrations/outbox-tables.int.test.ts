import knex, { type Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type TestDatabase, uniqueName, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { createOutboxTables, dropOutboxTables } from '../index.ts'

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

  it.each([
    ['by its GTIDs', { gtid_set: '11111111-1111-1111-1111-111111111111:1-5' }],
    ['by its server, without GTIDs', { gtid_set: '', server_uuid: '11111111-1111-1111-1111-111111111111' }]
  ])('records the position again if the old one belongs to another server %s', async (_how, foreign) => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db)
    await db('outbox_position').update({ ...foreign, binlog_file: 'elsewhere.000001' })
    await createOutboxTables(db)
    const [[{ uuid }]] = await db.raw('SELECT @@server_uuid AS uuid')
    expect(await db('outbox_position')).toMatchObject([{ binlog_file: expect.any(String), server_uuid: uuid }])
    expect(await db('outbox_position').where({ binlog_file: 'elsewhere.000001' })).toEqual([])
  })

  it('adds the server to a position of an earlier version, and keeps the position', async () => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db)
    await db.raw('ALTER TABLE outbox_position DROP COLUMN server_uuid')
    const [recorded] = await db('outbox_position')
    await createOutboxTables(db)
    expect(await db('outbox_position')).toEqual([{ ...recorded, server_uuid: null }])
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

  it('rejects a table that was made for another store', async () => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db, { store: 'delete' })
    await expect(createOutboxTables(db, { store: 'blackhole' })).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
  })

  it('is undone by dropOutboxTables, which can be repeated', async () => {
    const { db } = await useDatabase('tables')
    await createOutboxTables(db)
    await dropOutboxTables(db)
    await dropOutboxTables(db)
    expect(await db.schema.hasTable('outbox')).toBe(false)
  })
})
