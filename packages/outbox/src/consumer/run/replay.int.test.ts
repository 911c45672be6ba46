import { expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useConsumerBench } from '../../../test/consumer-bench.ts'

import { counted, logger } from '../../../test/counted.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { type ConsumedEvent, handle, replay } from '../../index.ts'

type Counted = ConsumedEvent<string, { n: number }>

it.each(kafkaClients)('replays a window under another name, beside the live group, on %s', async (_, useClient) => {
  const bench = await useConsumerBench()
  await bench.produce(bench.events({ keys: 10, perKey: 10 }))
  const consumer = bench.consumer()
  await consumer.start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(100))
  const kafka = useClient()
  await eventually(async () => expect(await committedOf()).toBe(100))

  const seen: string[] = []
  const on = {
    counted: handle(counted, async (event: Counted) => void seen.push(`${event.aggregateId}:${event.payload.n}`))
  }
  const common = { kafka, topic: bench.topic, db: bench.db, logger, on }
  const { records, parked } = await replay({ ...common, name: 'shadow' })
  expect(records).toBe(100)
  expect(parked.keys).toBe(0)
  expect(new Set(seen).size).toBe(100)
  for (let key = 1; key <= 10; key++)
    expect(seen.filter(event => event.startsWith(`${key}:`)).map(event => Number(event.split(':')[1]))).toEqual(
      oneToTen
    )

  await replay({ ...common, name: 'shadow' })
  expect(seen).toHaveLength(100)
  const window = await replay({
    ...common,
    name: 'by-offset',
    from: new Map([
      [0, 0n],
      [1, 0n],
      [2, 0n]
    ]),
    to: new Map([
      [0, 3n],
      [1, 0n],
      [2, 2n]
    ])
  })
  expect(window.records).toBe(5)
  const later = new Date(Date.now() + 1_000)
  expect((await replay({ ...common, name: 'by-time', from: later })).records).toBe(0)
  expect((await replay({ ...common, name: 'by-time', to: later })).records).toBe(100)

  await bench.produce(bench.events({ keys: 10, perKey: 1, from: 11 }))
  await eventually(async () => expect(await bench.effects()).toHaveLength(110))
  expect(bench.seen.duplicates).toBe(0)

  async function committedOf(): Promise<number> {
    return Number(
      [...(await kafka.committed(bench.group, bench.topic)).values()].reduce((sum, offset) => sum + offset, 0n)
    )
  }
})

it('goes on where it was ended', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  await bench.produce(bench.events({ keys: 3, perKey: 20 }))
  const ending = new AbortController()
  let handled = 0
  const on = {
    counted: handle(counted, async (event: Counted, trx) => {
      await bench.apply(event, trx)
      if (++handled === 25) ending.abort()
    })
  }
  const common = {
    kafka: kafkaClients[0]![1](),
    topic: bench.topic,
    db: bench.db,
    logger,
    on,
    name: 'shadow',
    batchSize: 5
  }
  await expect(replay({ ...common, signal: ending.signal })).rejects.toThrow(/aborted/)
  expect((await bench.effects()).length).toBeLessThan(60)
  await replay(common)
  expect(await bench.effects()).toHaveLength(60)
  expect(await bench.disorder()).toEqual([])
})

const oneToTen = Array.from({ length: 10 }, (_, index) => index + 1)
