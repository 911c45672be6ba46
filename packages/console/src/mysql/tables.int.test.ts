import { randomUUID } from 'node:crypto'
import { loadConfig } from '@outbox-cdc/service-kit'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../config.ts'
import { openTable } from './tables.ts'

const first = Date.parse('2026-01-02T03:00:00Z')

async function useTable(columns: string, env: Readonly<Record<string, string>> = {}) {
  const { db } = await useDatabase('wallets')
  await db.raw(`CREATE TABLE wallet (${columns})`)
  const settings = { KAFKA_TOPIC: 'a', KAFKA_GROUP: 'b', AGGREGATE_TABLE: 'wallet', ...env }
  return { db, table: openTable('aggregates', db, loadConfig(configSchema, settings))! }
}

describe.each([
  ['a text', 'id CHAR(36) PRIMARY KEY', (id: string) => id],
  ['16 bytes', 'id BINARY(16) PRIMARY KEY', (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')]
])('a table whose key is a UUID as %s', (_, key, stored) => {
  it('is listed by time, page by page, found by id and counted', async () => {
    const { db, table } = await useTable(`${key}, owner VARCHAR(20), created_at TIMESTAMP(6), KEY (created_at)`)
    const ids = Array.from({ length: 5 }, () => randomUUID())
    for (const [index, id] of ids.entries()) {
      const at = db.raw(`CONVERT_TZ(?, '+00:00', @@time_zone)`, new Date(first + index).toISOString().slice(0, 23))
      await db('wallet').insert({ id: stored(id), owner: 'joon', created_at: at })
    }
    const newest = await table.newest(3)
    expect(newest.map(({ id, at }) => [id, at])).toEqual([4, 3, 2].map(index => [ids[index], first + index]))
    expect((await table.newest(3, ids[2])).map(({ id }) => id)).toEqual([ids[1], ids[0]])
    expect(await table.find(ids[1] ?? '')).toEqual({ id: ids[1], at: first + 1, columns: { owner: 'joon' } })
    expect(await table.find('nothing')).toBeUndefined()
    expect(await table.times([ids[0] ?? '', randomUUID()])).toEqual(new Map([[ids[0], first]]))
    expect(await table.countAfter(ids[1])).toBe(3)
    expect(await table.countAfter(undefined)).toBe(5)
  })
})

describe('a time that is not known', () => {
  it.each([
    ['NULL', 'TIMESTAMP(6) NULL', 'NULL'],
    ['NULL', 'DATETIME NULL', 'NULL'],
    ['a date of zeros', 'TIMESTAMP NULL', "'0000-00-00'"],
    ['a date of zeros', 'DATETIME', "'0000-00-00'"],
    ['a date beyond what MySQL counts', 'DATETIME', "'9999-12-31'"]
  ])('stays unknown: %s in a %s', async (_, type, value) => {
    const { db, table } = await useTable(`id INT PRIMARY KEY, created_at ${type}`)
    await db.transaction(async trx => {
      await trx.raw("SET SESSION sql_mode = ''")
      await trx.raw(`INSERT INTO wallet VALUES (1, ${value})`)
      await trx.raw('SET SESSION sql_mode = DEFAULT')
    })
    expect(await table.newest(1)).toEqual([{ id: '1', at: undefined, columns: {} }])
    expect(await table.find('1')).toEqual({ id: '1', at: undefined, columns: {} })
    expect(await table.times(['1'])).toEqual(new Map([['1', undefined]]))
  })

  it('makes a row the oldest where ids do not count, and every row is listed once', async () => {
    const { db, table } = await useTable('id CHAR(3) PRIMARY KEY, created_at TIMESTAMP(6) NULL, KEY (created_at)')
    const at = (second: number) => db.raw('NOW(6) - INTERVAL ? SECOND', [second])
    const times = { a: at(5), b: null, c: at(3), d: null, e: at(1), f: null }
    await db('wallet').insert(Object.entries(times).map(([id, created_at]) => ({ id, created_at })))
    const listed: string[] = []
    for (let before: string | undefined; listed.length < 7; before = listed.at(-1)) {
      const [row] = await table.newest(1, before)
      if (row === undefined) break
      listed.push(row.id)
    }
    expect(listed).toEqual(['e', 'c', 'a', 'f', 'd', 'b'])
    expect([await table.countAfter('c'), await table.countAfter('b')]).toEqual([1, 5])
  })
})

it('takes no text for a number', async () => {
  const { db, table } = await useTable('id BIGINT PRIMARY KEY, created_at TIMESTAMP')
  await db('wallet').insert([{ id: 0 }, { id: 12 }])
  expect(await table.find('12')).toMatchObject({ id: '12' })
  expect(await table.find('12 or so')).toBeUndefined()
  expect(await table.find('x')).toBeUndefined()
})

it('reads a DATETIME in the time zone that the settings name, and a TIMESTAMP as it is', async () => {
  const env = { AGGREGATE_TIME_ZONE: '+09:00' }
  const local = await useTable('id INT PRIMARY KEY, created_at DATETIME(3)', env)
  await local.db('wallet').insert({ id: 1, created_at: local.db.raw(`'2026-01-02 12:00:00.250'`) })
  expect((await local.table.newest(1))[0]?.at).toBe(first + 250)
  const exact = await useTable('id INT PRIMARY KEY, created_at TIMESTAMP(3)', env)
  const at = exact.db.raw(`CONVERT_TZ('2026-01-02 03:00:00', '+00:00', @@time_zone)`)
  await exact.db('wallet').insert({ id: 1, created_at: at })
  expect((await exact.table.newest(1))[0]?.at).toBe(first)
})

it('says that a DATETIME ahead of the clock is in another time zone', async () => {
  const { db, table } = await useTable('id INT PRIMARY KEY, created_at DATETIME')
  await db('wallet').insert({ id: 1, created_at: db.raw('UTC_TIMESTAMP() + INTERVAL 32430 SECOND') })
  await expect(table.newest(1)).rejects.toThrow(
    'wallet.created_at is 9 h ahead of the clock, so it is not in +00:00. Set AGGREGATE_TIME_ZONE'
  )
})

it('names a setting that does not fit', async () => {
  const number = await useTable('id INT PRIMARY KEY, created_at BIGINT')
  await expect(number.table.newest(1)).rejects.toThrow(
    /^wallet.created_at is a bigint, not a TIMESTAMP or DATETIME. Check/
  )
  const nowhere = await useTable('id INT PRIMARY KEY, created_at DATETIME', { AGGREGATE_TIME_ZONE: 'Nowhere/Land' })
  await expect(nowhere.table.newest(1)).rejects.toThrow(/^MySQL does not know the time zone Nowhere\/Land of wallet/)
  const renamed = await useTable('wallet_id INT PRIMARY KEY, created_at DATETIME')
  await expect(renamed.table.newest(1)).rejects.toThrow(
    /Unknown column 'id' .*Check AGGREGATE_TABLE, AGGREGATE_ID_COLUMN/
  )
  await renamed.db.raw('ALTER TABLE wallet RENAME COLUMN wallet_id TO id')
  expect(await renamed.table.newest(1)).toEqual([])
})
