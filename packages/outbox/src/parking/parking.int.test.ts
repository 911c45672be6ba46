import knex, { type Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { countParked, findMessage, handle, listParked, requestRetry, showParked, skipParked } from '../index.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('parking')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

/** A running consumer that refused event 2 of key 1, and parked it with the two events after it. */
async function useParkedKey(database: Knex) {
  const bench = await useConsumerBench({ database })
  bench.refuse.add('1:2')
  await bench.produce(bench.events({ keys: 1, perKey: 4 }))
  await bench.consumer({ retryParkedEveryMs: 50 }).start()
  await eventually(async () => expect(await bench.parked()).toHaveLength(3))
  return { bench, id: { consumer: bench.group, key: 'thing/1' } }
}

describe.each(databases)('a parked key on %s', (_, useDb) => {
  it('applies its events in order when retried, with those that arrived meanwhile', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    bench.refuse.add('2:3')
    await bench.produce(bench.events({ keys: 4, perKey: 5 }))
    await bench.consumer({ retryParkedEveryMs: 50 }).start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(3))
    await bench.produce(bench.events({ keys: 4, perKey: 5, from: 6 }))
    await eventually(async () => expect(await bench.parked()).toHaveLength(8))

    bench.refuse.clear()
    expect(await requestRetry(bench.db, { consumer: bench.group, key: 'thing/2' })).toBe(true)
    await eventually(async () => expect(await bench.effects()).toHaveLength(40))
    expect(await bench.disorder()).toEqual([])
    await eventually(async () => expect(await listParked(bench.db)).toEqual([]))
    await bench.produce(bench.events({ keys: 4, perKey: 1, from: 11 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(44))
    expect(await bench.disorder()).toEqual([])
  })

  it('stays parked, with one more attempt, when the retry is refused', async () => {
    const { bench, id } = await useParkedKey(await useDb())
    await requestRetry(bench.db, id)
    await eventually(async () => expect((await showParked(bench.db, id))[0]).toMatchObject({ attempts: 2 }))
    expect(await listParked(bench.db, bench.group)).toMatchObject([
      { key: 'thing/1', reason: 'REFUSED', waiting: 3, retryRequestedAt: null }
    ])
    expect(await bench.effects()).toHaveLength(1)
  })

  it('does not hold back other keys while its retry keeps failing for a passing reason', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    const of = (key: string) => ({ consumer: bench.group, key })
    let busy = false
    const handler = handle(counted, async (event, trx) => {
      if (busy && event.aggregateId === 1) throw Object.assign(new Error('busy'), { retryable: true })
      await bench.apply(event, trx)
    })
    for (const key of [1, 2, 3]) bench.refuse.add(`${key}:1`)
    await bench.produce(bench.events({ keys: 3, perKey: 2 }))
    await bench.consumer({ handler, retryParkedEveryMs: 50 }).start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(6))
    bench.refuse.clear()
    busy = true
    for (const key of ['thing/1', 'thing/2', 'thing/3']) await requestRetry(bench.db, of(key))
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ key: 'thing/1', waiting: 2 }]))
    busy = false
    await eventually(async () => expect(await bench.effects()).toHaveLength(6))
    expect(await bench.disorder()).toEqual([])
  })

  it('lets the later events through when the refused one is skipped, and records who skipped it and why', async () => {
    const { bench, id } = await useParkedKey(await useDb())
    expect(() => skipParked(bench.db, { ...id, note: ' ' })).toThrow(/needs a note/)
    await skipParked(bench.db, { ...id, note: 'ann: sent twice by mistake' })
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 3, 4]))
    expect((await showParked(bench.db, id)).map(({ state, note }) => [state, note])).toEqual([
      ['skipped', 'ann: sent twice by mistake'],
      ['applied', null],
      ['applied', null]
    ])
  })

  it('keeps its events when the consumer that retries them has no handler for them', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    const id = { consumer: bench.group, key: 'thing/1' }
    bench.refuse.add('1:1')
    await bench.produce(bench.events({ keys: 1, perKey: 2 }))
    const first = bench.consumer()
    await first.start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(2))
    await first.stop()
    const without = bench.consumer({ on: {}, retryParkedEveryMs: 20 })
    await without.start()
    for (const attempts of [2, 3]) {
      await requestRetry(bench.db, id)
      await eventually(async () => expect((await showParked(bench.db, id))[0]).toMatchObject({ attempts }))
    }
    expect(await listParked(bench.db)).toMatchObject([{ reason: 'REFUSED', retryRequestedAt: null, waiting: 2 }])
    await without.stop()

    bench.refuse.clear()
    await bench.consumer({ retryParkedEveryMs: 20 }).start()
    await requestRetry(bench.db, id)
    await eventually(async () => expect(await bench.effects()).toHaveLength(2))
    expect(await bench.disorder()).toEqual([])
  })

  it('is found by the id of each of its messages, with what waits behind it', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    const of = (messageId: string) => findMessage(bench.db, { consumer: bench.group, key: 'thing/1', messageId })
    bench.refuse.add('1:2')
    const events = bench.events({ keys: 1, perKey: 4 })
    const [handled = '', refused = '', behind = ''] = events.map(({ messageId }) => messageId)
    await bench.produce(events)
    const consumer = bench.consumer()
    await consumer.start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(3))
    await consumer.stop()
    const waiting = { settledAt: expect.any(Date), parked: { state: 'waiting', retryRequestedAt: null } }
    expect(await of('unknown')).toEqual({ settledAt: undefined, parked: undefined })
    expect(await of(handled)).toEqual({ settledAt: expect.any(Date), parked: undefined })
    expect(await of(refused)).toMatchObject({ ...waiting, parked: { ...waiting.parked, reason: 'REFUSED', behind: 2 } })
    expect(await of(behind)).toMatchObject({ ...waiting, parked: { ...waiting.parked, reason: 'BEHIND', behind: 1 } })

    await skipParked(bench.db, { consumer: bench.group, key: 'thing/1', note: 'ann: a test' })
    expect((await of(refused)).parked).toMatchObject({
      state: 'skipped',
      behind: 2,
      retryRequestedAt: expect.any(Date)
    })
  })

  it('is counted, with the age of the oldest', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    bench.refuse.add('1:1').add('2:1')
    await bench.produce(bench.events({ keys: 2, perKey: 2 }))
    const consumer = bench.consumer()
    await consumer.start()
    await eventually(async () => expect(await consumer.parked()).toMatchObject({ keys: 2, events: 4 }))
    await eventually(async () => expect((await countParked(bench.db, bench.group)).oldestAgeMs).toBeGreaterThan(10))
    expect(await countParked(bench.db, 'another-consumer')).toEqual({ keys: 0, events: 0, oldestAgeMs: 0 })
  })
})

it('ends a refused retry that was requested in the hour that the clock skips in spring', async () => {
  const zone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
  onTestFinished(() => void (zone === undefined ? delete process.env.TZ : (process.env.TZ = zone)))
  const { db, url } = await useDatabase('parking')
  const bench = await useConsumerBench({ database: db })
  const id = { consumer: bench.group, key: 'thing/1' }
  bench.refuse.add('1:1')
  await bench.produce(bench.events({ keys: 1, perKey: 1 }))
  const first = bench.consumer()
  await first.start()
  await eventually(async () => expect(await bench.parked()).toHaveLength(1))
  await first.stop()

  await db('parked_key').update({ retry_requested_at: db.raw("'2026-03-29 02:30:00'") })
  const local = knex({ client: 'mysql2', connection: url, pool: { min: 0, max: 10 } })
  onTestFinished(() => local.destroy())
  const second = bench.consumer({ db: local, retryParkedEveryMs: 20 })
  await second.start()
  await eventually(async () => expect(await listParked(db)).toMatchObject([{ retryRequestedAt: null }]))
  expect((await showParked(db, id))[0]).toMatchObject({ attempts: 2 })
  await second.stop()
})
