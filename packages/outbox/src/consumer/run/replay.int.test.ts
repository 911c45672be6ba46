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
  const common = { kafka, topics: { [bench.topic]: on }, db: bench.db, logger }
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
    from: offsets(0n, 0n, 0n),
    to: offsets(3n, 0n, 2n)
  })
  expect(window.records).toBe(5)
  const later = new Date(Date.now() + 1_000)
  expect((await replay({ ...common, name: 'by-time', from: later })).records).toBe(0)
  expect((await replay({ ...common, name: 'by-time', to: later })).records).toBe(100)

  await bench.produce(bench.events({ keys: 10, perKey: 1, from: 11 }))
  await eventually(async () => expect(await bench.effects()).toHaveLength(110))
  expect(bench.seen.duplicates).toBe(0)

  function offsets(...of: readonly bigint[]) {
    return new Map([[bench.topic, new Map(of.entries())]])
  }

  async function committedOf(): Promise<number> {
    return Number(
      [...(await kafka.committed(bench.group, bench.topic)).values()].reduce((sum, offset) => sum + offset, 0n)
    )
  }
})

it('replays several topics, each by its own handlers and from its own offsets', async () => {
  const [bench, other] = await Promise.all([useConsumerBench({ partitions: 1 }), useConsumerBench({ partitions: 1 })])
  for (const each of [bench, other]) await each.produce(each.events({ keys: 2, perKey: 5 }))
  const seen = { ours: 0, others: 0 }
  const topics = {
    [bench.topic]: { counted: handle(counted, async () => void seen.ours++) },
    [other.topic]: { counted: handle(counted, async () => void seen.others++) }
  }
  const from = new Map([[other.topic, new Map([[0, 7n]])]])
  const kafka = kafkaClients[0]![1]()
  const { windows, records } = await replay({ kafka, topics, from, name: 'both', db: bench.db, logger })
  expect({ ...seen, records }).toEqual({ ours: 10, others: 3, records: 13 })
  expect(windows.get(other.topic)).toEqual(new Map([[0, { from: 7n, to: 10n }]]))
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
    topics: { [bench.topic]: on },
    db: bench.db,
    logger,
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
