import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { noPostgres, usePostgres } from '../../../test/postgres.ts'
import { listParked, type OutboundEvent, requestRetry } from '../../index.ts'
import type { ConsumedEvent } from '../read/handler.ts'
import { checkVersions } from './versions.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('versions')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

describe.each(databases)('a missing version on %s', (_, useDb) => {
  it('is reported once for each gap, and the events are handled', async () => {
    const bench = await useConsumerBench({ database: await useDb() })
    const gaps: string[] = []
    const observe = {
      gap: (event: { aggregateVersion?: number | undefined }, last: number) =>
        void gaps.push(`${last}→${event.aggregateVersion}`)
    }
    await bench.produce(pick(bench.events({ keys: 1, perKey: 9 }), 1, 2, 5, 6, 9))
    await bench.consumer({ onGap: 'report', observe }).start()
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 2, 5, 6, 9]))
    await eventually(() => expect(gaps).toEqual(['2→5', '6→9']))
  })

  it('holds back its key until the gap is filled, in any order of the missing events', async () => {
    const bench = await useConsumerBench({ database: await useDb(), partitions: 1 })
    const all = bench.events({ keys: 2, perKey: 8 })
    const one = all.filter(({ aggregateId }) => aggregateId === 1)
    await bench.produce(pick(one, 1, 2, 5, 6))
    await bench.produce(all.filter(({ aggregateId }) => aggregateId === 2))
    await bench.consumer({ onGap: 'park', retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(10))
    expect(await listParked(bench.db)).toMatchObject([{ key: 'thing/1', reason: 'VERSION_GAP', waiting: 2 }])
    await bench.produce(pick(one, 4))
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ waiting: 3 }]))
    await bench.produce(pick(one, 3, 7))
    await eventually(async () => expect(await bench.effects()).toHaveLength(15))
    await eventually(async () => expect(await listParked(bench.db)).toEqual([]))
    await bench.produce(pick(one, 8))
    await eventually(async () => expect(await bench.effects()).toHaveLength(16))
    expect(await bench.disorder()).toEqual([])
  })

  it('keeps its key parked when the event that fills the gap is refused, and all follow once it is accepted', async () => {
    const bench = await useConsumerBench({ database: await useDb(), partitions: 1 })
    const all = bench.events({ keys: 2, perKey: 4 })
    const one = all.filter(({ aggregateId }) => aggregateId === 1)
    bench.refuse.add('1:2')
    await bench.produce(pick(one, 1, 3))
    await bench.consumer({ onGap: 'park', retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ reason: 'VERSION_GAP' }]))
    await bench.produce(pick(one, 2, 4))
    await bench.produce(all.filter(({ aggregateId }) => aggregateId === 2))
    await eventually(async () => expect(await bench.effects()).toHaveLength(5))
    await eventually(async () =>
      expect((await bench.parked()).map(({ reason }) => reason)).toEqual(['VERSION_GAP', 'REFUSED', 'BEHIND'])
    )

    bench.refuse.clear()
    await requestRetry(bench.db, { consumer: bench.group, key: 'thing/1' })
    await eventually(async () => expect(await bench.effects()).toHaveLength(8))
    expect(await bench.disorder()).toEqual([])
  })

  it('parks an event that comes after its successors, and counts events without a handler', async () => {
    const bench = await useConsumerBench({ database: await useDb(), partitions: 1 })
    const one = bench.events({ keys: 1, perKey: 5 })
    await bench.produce(pick(one, 1))
    await bench.produceAs('unheard', pick(one, 2))
    await bench.produce(pick(one, 3))
    await bench.consumer({ onGap: 'park' }).start()
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 3]))
    await bench.produce(pick(bench.events({ keys: 1, perKey: 5 }), 2))
    await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ reason: 'VERSION_STALE' }]))
  })
})

describe.each(databases)('aggregates whose names are not ASCII on %s', (_, useDb) => {
  it('keep their versions apart, and a gap of one is noticed', async () => {
    const bench = await useConsumerBench({ database: await useDb(), partitions: 1 })
    const one = bench.events({ keys: 1, perKey: 4 })
    const names = ['größe', 'grösse', '注文', '注'.repeat(64)]
    const of = (aggregate: string, ...versions: readonly number[]) =>
      pick(one, ...versions).map(event => ({ ...event, aggregate, messageId: randomUUID() }))
    for (const name of names) await bench.produce(of(name, 1, 2))
    const gaps: [ConsumedEvent, number][] = []
    await bench.consumer({ onGap: 'report', observe: { gap: (event, last) => void gaps.push([event, last]) } }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(8))
    expect(gaps).toEqual([])
    for (const name of names) await bench.produce(of(name, 4))
    await eventually(async () => expect(await bench.effects()).toHaveLength(12))
    await eventually(() =>
      expect(gaps.map(([{ aggregate }, last]) => `${aggregate} ${last}`).toSorted()).toEqual(
        names.map(name => `${name} 2`).toSorted()
      )
    )
    expect(await bench.parked()).toEqual([])
  })
})

it('reads the last versions by key, however many aggregates there are', async () => {
  const { db } = await useConsumerBench({ database: (await useDatabase('versions')).db })
  const rows = Array.from({ length: 5_000 }, (_, id) => ({
    consumer: 'c',
    event_key: `a/${id}`,
    version: 1
  }))
  await db('inbox_aggregate').insert(rows)
  await db.raw('ANALYZE TABLE inbox_aggregate')
  const event = { aggregate: 'a', aggregateId: 7, aggregateVersion: 2 } as ConsumedEvent
  await db.transaction(async trx => {
    const before = await rowsRead(trx)
    const versions = await checkVersions(trx, { name: 'c', onGap: 'park' }, [event])
    expect(versions.isNext(event)).toBe(true)
    expect((await rowsRead(trx)) - before).toBeLessThan(50)
  })
})

async function rowsRead(trx: Knex): Promise<number> {
  const [rows] = (await trx.raw(`SHOW SESSION STATUS LIKE 'Handler_read_%'`)) as [{ Value: string }[]]
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
}

function pick(events: readonly OutboundEvent[], ...versions: readonly number[]): OutboundEvent[] {
  return events.filter(({ aggregateVersion = 0 }) => versions.includes(aggregateVersion))
}
