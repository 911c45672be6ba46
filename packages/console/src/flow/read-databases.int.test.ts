import { expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { openEffects } from '../database/tables.ts'
import { hopsSchema } from '@outbox-cdc/outbox/hops'
import { createEffectsReader } from './read-databases.ts'

const committedAt = Date.parse('2026-01-02T03:00:00Z')

async function useDeliveries() {
  const { db } = await useDatabase('deliveries')
  await db.raw('CREATE TABLE delivery (order_id BIGINT PRIMARY KEY, delivered_at TIMESTAMP(6))')
  const write = (order_id: number, time: string) =>
    db('delivery').insert({
      order_id,
      delivered_at: db.raw('CONVERT_TZ(?, "+00:00", @@time_zone)', `2026-01-02 ${time}`)
    })
  const effect = { table: 'delivery', aggregateIdColumn: 'order_id', appliedAtColumn: 'delivered_at' }
  const [hop] = hopsSchema.parse([{ topic: 'a', group: 'b', effect }])
  const read = createEffectsReader({
    db,
    table: openEffects(hop!, db)!,
    consumer: 'b',
    aggregates: { times: async ids => new Map(ids.map(id => [id, committedAt])) }
  })
  return { read, write }
}

it('shows the effect of the newest time, to the microsecond, and measures only new ones', async () => {
  const { read, write } = await useDeliveries()
  await write(4_000_017, '03:00:00.001000')
  await write(1, '03:00:00.002500')
  expect(await read()).toMatchObject({ latency: null, newest: { id: '1', ms: 2.5 }, parked: undefined })
  await write(2, '03:00:00.009000')
  expect(await read()).toMatchObject({ latency: { p50: 9, p99: 9 }, newest: { id: '2', ms: 9 } })
})

it('says that an effect hours before its cause has the time of another zone', async () => {
  const { read, write } = await useDeliveries()
  await write(7, '01:00:00')
  await expect(read()).rejects.toThrow('the effect of 7 is 2 h older than its cause. Check aggregate.timeZone')
})
