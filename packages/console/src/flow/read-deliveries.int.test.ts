import { expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { createDatabase } from '../mysql/database.ts'
import { createDeliveriesReader } from './read-deliveries.ts'

it('the newest delivery is the one of the newest time, and only fresh ones are measured', async () => {
  const { db, url } = await useDatabase('deliveries')
  await db.raw('CREATE TABLE delivery (order_id BIGINT PRIMARY KEY, delivered_at TIMESTAMP(6))')
  const write = (order_id: number, time: string) =>
    db('delivery').insert({ order_id, delivered_at: `2026-01-02 ${time}` })
  const reader = createDatabase(url)
  const committedAt = Date.parse('2026-01-02T03:00:00Z')
  const read = createDeliveriesReader({
    db: reader,
    table: 'delivery',
    committedAt: async ids => new Map(ids.map(id => [id, committedAt]))
  })
  await write(4_000_017, '03:00:00.001000')
  await write(1, '03:00:00.002500')
  expect(await read()).toMatchObject({ latencies: [], newest: { orderId: 1, ms: 2.5 }, parked: undefined })
  await write(2, '03:00:00.009000')
  expect(await read()).toMatchObject({ latencies: [9], newest: { orderId: 2, ms: 9 } })
  await reader.close()
})
