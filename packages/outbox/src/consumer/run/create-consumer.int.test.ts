import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted } from '../../../test/counted.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { defineEvent, handle } from '../../index.ts'

describe.each(kafkaClients)('createConsumer on %s', (_, useClient) => {
  it('handles each event once and in the order of its key, however often Kafka delivers it', async () => {
    const bench = await useConsumerBench()
    const events = bench.events({ keys: 20, perKey: 10 })
    await bench.produce(events)
    await bench.produce(events)
    const consumer = bench.consumer({ kafka: useClient() })
    await consumer.start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(200))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
    expect(await bench.disorder()).toEqual([])
    expect(bench.seen.duplicates).toBe(200)
  })

  it('applies an event as large as its topic allows', async () => {
    const bench = await useConsumerBench()
    const large = defineEvent({
      name: 'counted',
      aggregate: 'thing',
      version: 1,
      payload: z.object({ n: z.int(), text: z.string() })
    })
    const handler = handle(large, (event, trx) => bench.apply(event, trx))
    const events = [1, 2].map(n => large({ aggregateId: 1, payload: { n, text: 'x'.repeat(4_000_000) } }))
    for (const event of events) await bench.produce([event])
    await bench.consumer({ kafka: useClient(), handler }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(2))
    expect(await bench.parked()).toEqual([])
  })

  it('goes on behind what it committed when it starts again', async () => {
    const bench = await useConsumerBench()
    await bench.produce(bench.events({ keys: 3, perKey: 5 }))
    const first = bench.consumer({ kafka: useClient() })
    await first.start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(15))
    await first.stop()
    await bench.produce(bench.events({ keys: 3, perKey: 5, from: 6 }))
    const second = bench.consumer({ kafka: useClient() })
    await second.start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(30))
    await second.stop()
    expect(bench.seen.duplicates).toBe(0)
    expect(await bench.disorder()).toEqual([])
  })

  it.each([
    [1, { retryable: false }],
    [4, {}]
  ])('tries an event %i times, as its error has it, before it is parked', async (times, said) => {
    const bench = await useConsumerBench()
    let tries = 0
    const handler = handle(counted, async () => {
      tries++
      throw Object.assign(new Error('never'), said)
    })
    await bench.produce(bench.events({ keys: 1, perKey: 1 }))
    await bench.consumer({ kafka: useClient(), handler, retry: { firstDelayMs: 5 } }).start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(1))
    expect(tries).toBe(times)
  })

  it('parks a refused event with all later ones of its key, and lets other keys flow', async () => {
    const bench = await useConsumerBench()
    bench.refuse.add('2:3')
    await bench.produce(bench.events({ keys: 4, perKey: 5 }))
    await bench.consumer({ kafka: useClient() }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(17))
    await eventually(async () => expect(await bench.parked()).toHaveLength(3))
    expect(await bench.parked()).toMatchObject([
      { event_key: 'thing/2', reason: 'REFUSED' },
      { event_key: 'thing/2', reason: 'BEHIND' },
      { event_key: 'thing/2', reason: 'BEHIND' }
    ])
  })
})
