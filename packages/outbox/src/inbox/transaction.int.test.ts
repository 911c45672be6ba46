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
    await trx.raw('ROLLBACK')
    await trx.raw("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").catch(() => undefined)
  },
  async PostgreSQL(trx: Knex.Transaction) {
    await trx.raw('SELECT 1 / 0').catch(() => undefined)
  }
}
const databases = [
  ['MySQL', async () => (await useDatabase('transaction')).db],
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
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ key: '1', waiting: 2 }]))

    bench.refuse.clear()
    ends = 1
    // The one that is retried on PostgreSQL needs a second request: its error may not pass by itself.
    await eventually(async () => {
      await requestRetry(bench.db, { consumer: bench.group, key: '1' })
      expect(await listParked(bench.db)).toEqual([])
    })
    expect(await bench.effects()).toHaveLength(9)
    expect(await bench.disorder()).toEqual([])
  })
})

it('an event is not parked for what its handler fails of once a deadlock has ended its transaction', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
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
