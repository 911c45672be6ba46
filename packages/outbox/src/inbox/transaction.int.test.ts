import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { createInbox, createInboxTables, handle, listParked, requestRetry } from '../index.ts'

/** Ends the transaction at the server, as each database does it, and swallows the error. */
const enders = {
  // As after a deadlock: everything is undone, and the server returns an error.
  async MySQL(trx: Knex.Transaction) {
    await trx.raw('CALL deadlock()').catch(() => undefined)
  },
  async PostgreSQL(trx: Knex.Transaction) {
    await trx.raw('SELECT 1 / 0').catch(() => undefined)
  }
}
async function useMySql(): Promise<Knex> {
  const { db } = await useDatabase('transaction')
  await db.raw("CREATE PROCEDURE deadlock() BEGIN ROLLBACK; SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END")
  return db
}
const databases = [
  ['MySQL', useMySql],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

describe.each(databases)('a handler on %s that swallows the error which ended its transaction', (name, useDb) => {
  it('has not handled its message', async () => {
    const db = await useDb()
    await createInboxTables(db)
    await expect(createInbox(db, 'c').handleOnce('m1', enders[name])).rejects.toMatchObject({
      code: { MySQL: 'ER_LOCK_DEADLOCK', PostgreSQL: '22012' }[name]
    })
    expect(await createInbox(db, 'c').handleOnce('m1', async () => undefined)).toBe('handled')
  })

  it('loses no event: new and parked events are retried', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    let ends = 1
    const handler = handle(counted, async (event, trx) => {
      await bench.apply(event, trx)
      if (event.aggregateId === 1 && ends-- > 0) await enders[name](trx)
    })
    bench.refuse.add('1:2')
    await bench.produce(bench.events({ keys: 3, perKey: 3 }))
    await bench.consumer({ handler, retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(7))
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ key: 'thing/1', waiting: 2 }]))

    bench.refuse.clear()
    ends = 1
    // The one that is retried on PostgreSQL needs a second request: its error may not pass by itself.
    await eventually(async () => {
      await requestRetry(bench.db, { consumer: bench.group, key: 'thing/1' })
      expect(await listParked(bench.db)).toEqual([])
    })
    expect(await bench.effects()).toHaveLength(9)
    expect(await bench.disorder()).toEqual([])
  })
})

/** Ends the server's side of a transaction's connection. */
const killers = {
  async MySQL(trx: Knex.Transaction, db: Knex) {
    const [[{ id }]] = await trx.raw('SELECT CONNECTION_ID() AS id')
    await db.raw('KILL ?', [id])
  },
  async PostgreSQL(trx: Knex.Transaction, db: Knex) {
    const { rows } = await trx.raw('SELECT pg_backend_pid() AS id')
    await db.raw('SELECT pg_terminate_backend(?)', [rows[0].id])
  }
}

it.each(databases)('a handler on %s whose connection dies is run again, and nothing is parked', async (name, useDb) => {
  const bench = await useConsumerBench({ database: await useDb(), partitions: 1 })
  let kills = 6
  const handler = handle(counted, async (event, trx) => {
    if (kills-- > 0) await killers[name](trx, bench.db)
    await bench.apply(event, trx)
  })
  await bench.produce(bench.events({ keys: 2, perKey: 2 }))
  await bench.consumer({ handler }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(4))
  expect(await bench.parked()).toEqual([])
  expect(await bench.disorder()).toEqual([])
})

/** Ends the transaction without an error, so that what comes later commits by itself. */
const silentEnders: Record<string, (trx: Knex.Transaction) => Promise<unknown>> = {
  TRUNCATE: trx => trx.raw('TRUNCATE scratch'),
  DDL: trx => trx.raw('CREATE TABLE IF NOT EXISTS scratch (id INT)'),
  'a procedure that commits': trx => trx.raw('CALL commits()'),
  'a procedure that commits and begins again': trx => trx.raw('CALL begins()'),
  'a ROLLBACK': trx => trx.raw('ROLLBACK'),
  'a COMMIT and a new BEGIN': async trx => {
    await trx.raw('COMMIT')
    await trx.raw('BEGIN')
  },
  "knex's commit": async trx => void (await trx.commit())
}

describe.each(Object.keys(silentEnders))('a handler that ends its transaction by %s', name => {
  async function useScratch() {
    const { db } = await useDatabase('transaction')
    await db.raw('CREATE TABLE scratch (id INT)')
    await db.raw('CREATE PROCEDURE commits() COMMIT')
    await db.raw('CREATE PROCEDURE begins() BEGIN COMMIT; START TRANSACTION; SELECT 1; END')
    return db
  }

  it('has not handled its message', async () => {
    const db = await useScratch()
    await createInboxTables(db)
    const inbox = createInbox(db, 'c')
    await expect(inbox.handleOnce('m1', async trx => void (await silentEnders[name]?.(trx)))).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
      message: expect.stringContaining("ended the handler's transaction")
    })
    expect(await inbox.handleOnce('m1', async () => undefined)).toBe('handled')
  })

  it('loses no other event of its batch, and parks its own with the reason', async () => {
    const bench = await useConsumerBench({ partitions: 1, database: await useScratch() })
    const handler = handle(counted, async (event, trx) => {
      if (event.aggregateId === 2) await silentEnders[name]?.(trx)
      // Without a transaction it would commit by itself.
      await bench.apply(event, trx)
    })
    bench.refuse.add('4:1')
    await bench.produce([1, 2, 3, 4, 5].map(aggregateId => counted({ aggregateId, payload: { n: 1 } })))
    await bench.consumer({ handler, lanes: 1, retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(2))
    await eventually(async () => expect((await bench.effects()).map(effect => effect.event_key)).toContain(5))
    expect(new Set((await bench.effects()).map(effect => effect.event_key))).toEqual(new Set([1, 3, 5]))
    expect(await bench.parked()).toMatchObject([
      { event_key: 'thing/2', reason: 'REFUSED', error: expect.stringContaining("ended the handler's transaction") },
      { event_key: 'thing/4', reason: 'REFUSED' }
    ])
    await requestRetry(bench.db, { consumer: bench.group, key: 'thing/2' })
    await eventually(async () =>
      expect(await bench.db('parked_event')).toMatchObject([{ attempts: 2 }, { attempts: 1 }])
    )
  })
})

it('a handler may call a procedure, also in a savepoint that it rolls back', async () => {
  const { db } = await useDatabase('transaction')
  await db.raw('CREATE PROCEDURE selects() SELECT 1')
  const bench = await useConsumerBench({ partitions: 1, database: db })
  const handler = handle(counted, async (event, trx) => {
    const inner = trx.transaction(async nested => {
      await nested.raw('CALL selects()')
      throw new Error('inner')
    })
    await inner.catch(() => undefined)
    await trx.raw('CALL selects()')
    await bench.apply(event, trx)
  })
  await bench.produce(bench.events({ keys: 2, perKey: 2 }))
  await bench.consumer({ handler }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(4))
  expect({ ...bench.seen, parked: await bench.parked() }).toMatchObject({ retries: 0, parked: [] })
})

it('an event is not parked for what its handler fails of once a deadlock has ended its transaction', async () => {
  const bench = await useConsumerBench({ partitions: 1, database: await useMySql() })
  let ends = 5
  const handler = handle(counted, async (event, trx) => {
    await bench.apply(event, trx)
    if (ends-- <= 0) return
    await enders.MySQL(trx)
    throw Object.assign(new Error('there is no transaction any more'), { retryable: false })
  })
  await bench.produce(bench.events({ keys: 1, perKey: 2 }))
  await bench.consumer({ handler, retry: { firstDelayMs: 5 } }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(2))
  expect(await bench.parked()).toEqual([])
})

it.skipIf(noPostgres !== undefined)('a handler on PostgreSQL may go on after an error in a savepoint', async () => {
  const bench = await useConsumerBench({ database: await usePostgres() })
  const handler = handle(counted, async (event, trx) => {
    await trx.transaction(nested => nested.raw('SELECT 1 / 0')).catch(() => undefined)
    await bench.apply(event, trx)
  })
  await bench.produce(bench.events({ keys: 2, perKey: 2 }))
  await bench.consumer({ handler }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(4))
  expect(bench.seen.retries).toBe(0)
})
