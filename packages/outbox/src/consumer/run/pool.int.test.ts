import knex, { type Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted } from '../../../test/counted.ts'
import { handle } from '../../index.ts'

/** A handler that also uses the pool, for each event of its own. */
function usingThePool(bench: Awaited<ReturnType<typeof useConsumerBench>>, db: Knex) {
  return handle(counted, async (event, trx) => {
    await db.raw('SELECT SLEEP(0.01)')
    await bench.apply(event, trx)
  })
}

it('handles more partitions than its pool has connections, with a handler that uses the pool, too', async () => {
  const bench = await useConsumerBench({ partitions: 12 })
  const db = await poolOf(10, bench.db)
  await bench.produce(bench.events({ keys: 100, perKey: 3 }))
  await bench.consumer({ db, handler: usingThePool(bench, db) }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(300))
  expect(await bench.disorder()).toEqual([])
})

it('says in its health that the pool is too small', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  const db = await poolOf(1, bench.db)
  await bench.produce(bench.events({ keys: 1, perKey: 1 }))
  const liveness = { checkEveryMs: 100, stallAfterMs: 500 }
  const consumer = bench.consumer({ db, handler: usingThePool(bench, db), liveness })
  await consumer.start()
  const reason = expect.stringMatching(/1 events wait.*; all 1 connections of the pool are in use, and \d+ calls wait/)
  await eventually(() => expect(consumer.health()).toMatchObject({ ok: false, reason }))
})

/** The same database through a pool of its own. */
async function poolOf(max: number, db: Knex): Promise<Knex> {
  const { host, port, rootPassword: password } = useStack().mysql
  const { name } = (await db.first<{ name: string }>(db.raw('DATABASE() AS name'))) ?? {}
  const connection = { host, port, user: 'root', password, database: name ?? '' }
  const own = knex({
    client: 'mysql2',
    connection,
    pool: { min: 0, max },
    acquireConnectionTimeout: 5_000,
    log: { warn() {}, error() {} }
  })
  onTestFinished(() => own.destroy())
  return own
}
