import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../test/consumer-bench.ts'
import { orderCreated } from '../test/orders-database.ts'
import { noPostgres, usePostgres } from '../test/postgres.ts'
import { withMappers } from '../test/snake-case-mappers.ts'
import {
  appendToOutbox,
  countParked,
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

const databases = [
  ['MySQL', async () => (await useDatabase('mappers')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

describe.each(databases)('a consumer whose knex instance maps names, on %s', (_, useDb) => {
  it('queues behind a parked key, retries, skips, and prunes', async () => {
    const plain = await useDb()
    const bench = await useConsumerBench({ database: plain, partitions: 1 })
    const db = withMappers(plain)
    const all = bench.events({ keys: 1, perKey: 6 })
    const place = { consumer: bench.group, key: 'thing/1' }
    bench.refuse.add('1:2').add('1:3')
    await bench.produce(all.slice(0, 4))
    await bench.produce(all.slice(0, 1))
    await bench.consumer({ db, retryParkedEveryMs: 20 }).start()
    await eventually(() => expect(bench.seen).toMatchObject({ duplicates: 1, parked: 3 }))
    expect((await bench.effects()).map(({ n }) => n)).toEqual([1])
    expect(await listParked(db)).toEqual([expect.objectContaining({ key: 'thing/1', reason: 'REFUSED', waiting: 3 })])

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
    const db = withMappers(plain)
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

it('records the position and publishes through a knex instance that maps names', async () => {
  const { db: plain } = await useDatabase('mappers')
  const db = withMappers(plain)
  await createOutboxTables(db)
  await requireOutboxTable(db, {})
  expect(await plain('outbox_position')).toMatchObject([
    { binlog_file: expect.stringMatching(/.\.\d+$/), binlog_position: expect.any(Number), gtid_set: expect.any(String) }
  ])
  const events = [1, 2].map(aggregateId => orderCreated({ aggregateId, payload: { name: 'joon', quantity: 1 } }))
  await db.transaction(trx => appendToOutbox(trx, events))
  expect(await plain('outbox')).toEqual([])
  await dropOutboxTables(db)
  expect(await plain.schema.hasTable('outbox_position')).toBe(false)
})
