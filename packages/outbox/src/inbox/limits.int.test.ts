import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { wireMessage } from '../../test/wire-message.ts'
import { defineEvent, handle, handleBatch } from '../index.ts'

async function timeoutsOf(db: Knex, connections: number): Promise<number[]> {
  const open = await Promise.all(Array.from({ length: connections }, () => db.transaction()))
  const rows = await Promise.all(open.map(trx => trx.raw('SELECT @@wait_timeout AS seconds')))
  await Promise.all(open.map(trx => trx.rollback()))
  return [...new Set(rows.map(([[{ seconds }]]) => seconds as number))]
}

it('connections go back to the pool with the time limit that they had', async () => {
  const bench = await useConsumerBench()
  const [before] = await timeoutsOf(bench.db, 4)
  const during = new Set<number>()
  const handler = handle(counted, async (event, trx) => {
    const [[{ seconds }]] = await trx.raw('SELECT @@wait_timeout AS seconds')
    during.add(seconds)
    await bench.apply(event, trx)
  })
  bench.refuse.add('1:1')
  await bench.produce(bench.events({ keys: 6, perKey: 4 }))
  const consumer = bench.consumer({ handler, idleTransactionMs: 61_000 })
  await consumer.start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(20))
  await consumer.stop()
  expect([...during]).toEqual([61])
  expect(await timeoutsOf(bench.db, 15)).toEqual([before])
})

it('a backlog is settled without a limit or a savepoint for each transaction', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  const sent: string[] = []
  bench.db.on('query', ({ sql }: { sql: string }) => void sent.push(sql))
  await bench.produce(bench.events({ keys: 1, perKey: 200 }))
  await bench.consumer({ lanes: 1, batchSize: 1 }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(200))
  expect(sent.filter(sql => sql.startsWith('BEGIN')).length).toBeGreaterThanOrEqual(200)
  expect(sent.filter(sql => /wait_timeout|SAVEPOINT/.test(sql)).length).toBeLessThan(50)
})

const large = defineEvent({
  name: 'counted',
  aggregate: 'thing',
  version: 1,
  payload: z.object({ n: z.int(), text: z.string() })
})

async function sendLarge(bench: Awaited<ReturnType<typeof useConsumerBench>>, count: number): Promise<void> {
  const text = 'x'.repeat(100_000)
  for (let n = 1; n <= count; n += 25) {
    const numbers = Array.from({ length: 25 }, (_, index) => n + index)
    await bench.send(numbers.map(each => wireMessage(large({ aggregateId: 1, payload: { n: each, text } }), each)))
  }
}

it('more parked events of one key fit than one statement of MySQL can hold', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  bench.refuse.add('1:1')
  await sendLarge(bench, 700)
  const handler = handle(large, async (event, trx) => {
    // Meanwhile the others arrive, so that they are parked together.
    await sleep(2_000)
    await bench.apply(event, trx)
  })
  await bench.consumer({ handler }).start()
  const count = async () => Number((await bench.db('parked_event').count({ events: '*' }))[0]?.events)
  await eventually(async () => expect(await count()).toBe(700), { timeoutMs: 240_000 })
})

it('a batch has no more bytes than a handler can write in one statement', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  await sendLarge(bench, 300)
  const batches: number[] = []
  const handler = handleBatch(large, async events => {
    batches.push(events.length)
    // Meanwhile the rest arrives.
    if (batches.length === 1) await sleep(3_000)
  })
  await bench.consumer({ handler }).start()
  await eventually(() => expect(batches.reduce((sum, size) => sum + size, 0)).toBe(300), { timeoutMs: 240_000 })
  expect(Math.max(...batches) * 100_000).toBeLessThan(16 * 1024 * 1024)
})

it('a batch whose statement is too large is handled event by event, and one that is too large alone is parked', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  let together = 0
  const handler = handleBatch(counted, async (events, trx) => {
    if (events.length > 1) together++
    const tooLarge = events.length > 1 || events.some(event => event.payload.n === 2)
    if (tooLarge) await trx.raw('SELECT LENGTH(?)', ['x'.repeat(70 * 1024 * 1024)])
    for (const event of events) await bench.apply(event, trx)
  })
  await bench.produce([1, 2, 3].map(n => counted({ aggregateId: n, payload: { n } })))
  await bench.consumer({ handler }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(2))
  expect(await bench.parked()).toMatchObject([
    { event_key: 'thing/2', reason: 'REFUSED', error: expect.stringContaining('max_allowed_packet of 64.0 MiB') }
  ])
  expect(together).toBeGreaterThan(0)
})
