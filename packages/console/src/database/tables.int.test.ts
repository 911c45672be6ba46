import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type HopInput, hopsSchema } from '@outbox-cdc/outbox/hops'
import { engines, type TestEngine } from '../testing/use-engines.ts'
import { openAggregates } from './tables.ts'

const first = Date.parse('2026-01-02T03:00:00Z')

async function useTable(columns: string, named: HopInput['aggregate'] = {}, engine = engines[0]!) {
  const { db } = await engine.use()
  await db.raw(`CREATE TABLE wallet (${columns})`)
  const [hop] = hopsSchema.parse([{ topic: 'a', group: 'b', aggregate: { table: 'wallet', ...named } }])
  return { db, table: openAggregates(hop!, db)! }
}

const bytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')
const asText = (id: string) => id
const uuids: readonly (readonly [TestEngine['name'], string, string, (id: string) => unknown])[] = [
  ['MySQL', 'a text', 'CHAR(36)', asText],
  ['MySQL', '16 bytes', 'BINARY(16)', bytes],
  ['PostgreSQL', 'a text', 'VARCHAR(36)', asText],
  ['PostgreSQL', 'uuid', 'UUID', asText],
  ['PostgreSQL', '16 bytes', 'BYTEA', bytes]
]

describe.each(engines)('a table of $name whose key is a UUID', engine => {
  it.each(uuids.filter(([name]) => name === engine.name))(
    'as %2$s is listed by time, page by page, found by id and counted',
    async (...[, , type, stored]) => {
      const columns = `id ${type} PRIMARY KEY, owner VARCHAR(20), created_at ${engine.time}`
      const { db, table } = await useTable(columns, {}, engine)
      await db.raw('CREATE INDEX by_time ON wallet (created_at)')
      const ids = Array.from({ length: 5 }, () => randomUUID())
      for (const [index, id] of ids.entries()) {
        const created_at = engine.at(db, new Date(first + index).toISOString().slice(0, 23))
        await db('wallet').insert({ id: stored(id), owner: 'joon', created_at })
      }
      const newest = await table.newest(3)
      expect(newest.map(({ id, at }) => [id, at])).toEqual([4, 3, 2].map(index => [ids[index], first + index]))
      expect((await table.newest(3, ids[2])).map(({ id }) => id)).toEqual([ids[1], ids[0]])
      expect(await table.find(ids[1] ?? '')).toEqual({ id: ids[1], at: first + 1, columns: { owner: 'joon' } })
      for (const id of ['nothing', ids[1]?.toUpperCase() ?? '', '\u0000', '😀', randomUUID()])
        expect(await table.find(id)).toBeUndefined()
      expect(await table.times([ids[0] ?? '', randomUUID()])).toEqual(new Map([[ids[0], first]]))
      expect(await table.countAfter(ids[1])).toBe(3)
      expect(await table.countAfter(undefined)).toBe(5)
    }
  )
})

describe.each(engines)('the ids of $name', engine => {
  it('are found exactly as they are, in a column whose collation takes others for the same, too', async () => {
    const collation = engine.name === 'MySQL' ? 'COLLATE utf8mb4_general_ci' : ''
    const columns = `id VARCHAR(255) ${collation}, created_at ${engine.time}`
    const { db, table } = await useTable(columns, {}, engine)
    const ids = ['a', 'A', 'a ', 'ä', 'a\u0308', '7', '07', '😀', "o'hara", 'a\nb']
    await db('wallet').insert(ids.map(id => ({ id, created_at: engine.at(db, '2026-01-02 03:00:00') })))
    for (const id of ids) expect((await table.find(id))?.id).toBe(id)
    for (const id of ['AA', 'b', '😁', 'Ä', '007', 'a\n']) expect(await table.find(id)).toBeUndefined()
    expect([...(await table.times(ids)).keys()].toSorted()).toEqual(ids.toSorted())
  })

  it.each(['SMALLINT', 'INTEGER', 'BIGINT'])('that are numbers take no text for one: %s', async type => {
    const { db, table } = await useTable(`id ${type} PRIMARY KEY, created_at ${engine.time} NULL`, {}, engine)
    await db('wallet').insert([{ id: 0 }, { id: 12 }, { id: -3 }])
    for (const id of ['0', '12', '-3']) expect(await table.find(id)).toMatchObject({ id })
    for (const id of ['12 or so', 'x', '012', '1e1', '12.0', '-0', '12345678901234567890', '99999999999', ''])
      expect(await table.find(id)).toBeUndefined()
    expect((await table.newest(2, '12')).map(({ id }) => id)).toEqual(['0', '-3'])
    expect(await table.times(['12', '99999999999999'])).toEqual(new Map([['12', undefined]]))
    expect([await table.countAfter('0'), await table.countAfter('x')]).toEqual([1, 0])
  })
})

describe.each(engines)('a view of $name', engine => {
  it('is listed and counted by time, because a number may get its time after a greater one', async () => {
    const { db, table } = await useTable(
      `number INT PRIMARY KEY, paid_at ${engine.time} NULL`,
      { table: 'paid' },
      engine
    )
    await db.raw('CREATE VIEW paid AS SELECT number AS id, paid_at AS created_at FROM wallet WHERE paid_at IS NOT NULL')
    const pay = (number: number, second: number) =>
      db('wallet').insert({ number, paid_at: engine.at(db, `2026-01-02 03:00:0${second}`) })
    await pay(1, 1)
    await pay(9, 2)
    const newest = (await table.newest(1))[0]?.id
    await pay(2, 3)
    expect(newest).toBe('9')
    expect(await table.countAfter(newest)).toBe(1)
    expect((await table.newest(3)).map(({ id }) => id)).toEqual(['2', '9', '1'])
    expect((await table.newest(3, '9')).map(({ id }) => id)).toEqual(['1'])
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
})

describe.each(engines)('a time of $name', engine => {
  it('that is NULL makes a row the oldest where ids do not count, and every row is listed once', async () => {
    const { db, table } = await useTable(`id CHAR(3) PRIMARY KEY, created_at ${engine.time} NULL`, {}, engine)
    const at = (second: number) => engine.at(db, `2026-01-02 03:00:0${second}`)
    const times = { a: at(1), b: null, c: at(3), d: null, e: at(5), f: null }
    const stored = engine.name === 'MySQL' ? '' : '  '
    for (const [id, created_at] of Object.entries(times)) await db('wallet').insert({ id, created_at })
    const listed: string[] = []
    for (let before: string | undefined; listed.length < 7; before = listed.at(-1)) {
      const [row] = await table.newest(1, before)
      if (row === undefined) break
      listed.push(row.id)
    }
    // PostgreSQL fills a CHAR with blanks.
    expect(listed).toEqual(['e', 'c', 'a', 'f', 'd', 'b'].map(id => id + stored))
    expect([await table.countAfter(`c${stored}`), await table.countAfter(`b${stored}`)]).toEqual([1, 5])
  })

  it('without a zone is in the one that the settings name, and one with a zone is as it is', async () => {
    const env = { timeZone: '+09:00' }
    const local = await useTable(`id INT PRIMARY KEY, created_at ${engine.localTime}`, env, engine)
    await local.db('wallet').insert({ id: 1, created_at: local.db.raw(`'2026-01-02 12:00:00.250'`) })
    expect((await local.table.newest(1))[0]?.at).toBe(first + 250)
    const exact = await useTable(`id INT PRIMARY KEY, created_at ${engine.time}`, env, engine)
    await exact.db('wallet').insert({ id: 1, created_at: engine.at(exact.db, '2026-01-02 03:00:00') })
    expect((await exact.table.newest(1))[0]?.at).toBe(first)
  })

  it('ahead of the clock is in another zone, and the page says so', async () => {
    const { db, table } = await useTable(`id INT PRIMARY KEY, created_at ${engine.localTime}`, {}, engine)
    const later = {
      MySQL: 'UTC_TIMESTAMP() + INTERVAL 32430 SECOND',
      PostgreSQL: "now() AT TIME ZONE INTERVAL '+09:01'"
    }
    await db('wallet').insert({ id: 1, created_at: db.raw(later[engine.name]) })
    await expect(table.newest(1)).rejects.toThrow(
      /^wallet.created_at is 9 h( 1 min)? ahead of the clock, so it is not in \+00:00. Set aggregate.timeZone/
    )
  })
})

it('takes no time from what PostgreSQL calls infinity', async () => {
  const engine = engines.find(({ name }) => name === 'PostgreSQL')
  if (engine === undefined) return
  const { db, table } = await useTable('id INT PRIMARY KEY, created_at TIMESTAMPTZ', {}, engine)
  await db('wallet').insert({ id: 1, created_at: 'infinity' })
  expect(await table.newest(1)).toEqual([{ id: '1', at: undefined, columns: {} }])
})

it.each(engines)('names a setting that does not fit on $name', async engine => {
  const mysql = engine.name === 'MySQL'
  const number = await useTable('id INT PRIMARY KEY, created_at BIGINT', {}, engine)
  await expect(number.table.newest(1)).rejects.toThrow(
    mysql
      ? /^wallet.created_at is a bigint, not a TIMESTAMP or DATETIME. Check/
      : /^wallet.created_at is a bigint, not a timestamp. Check/
  )
  const local = `id INT PRIMARY KEY, created_at ${engine.localTime}`
  const nowhere = await useTable(local, { timeZone: 'Nowhere/Land' }, engine)
  await expect(nowhere.table.newest(1)).rejects.toThrow(
    `${engine.name} does not know the time zone Nowhere/Land of wallet`
  )
  const renamed = await useTable(local.replace('id', 'wallet_id'), {}, engine)
  await expect(renamed.table.newest(1)).rejects.toThrow(
    mysql
      ? /^Unknown column 'id' .*Check aggregate.table, aggregate.idColumn/
      : /^column "id" does not exist. Check aggregate.table, aggregate.idColumn/
  )
  await renamed.db.raw('ALTER TABLE wallet RENAME COLUMN wallet_id TO id')
  expect(await renamed.table.newest(1)).toEqual([])
})
