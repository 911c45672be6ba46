import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { disorderOf, useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted } from '../../../test/counted.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { defineEvent, handle, requestRetry } from '../../index.ts'

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

  it('handles the events of several topics, each by the handler of its topic, and retries each by it', async () => {
    const [bench, other] = await Promise.all([useConsumerBench(), useConsumerBench({ partitions: 5 })])
    const minus = handle(counted, (event, trx) => bench.apply({ ...event, payload: { n: -event.payload.n } }, trx))
    const topics = { [bench.topic]: { counted: handle(counted, bench.apply) }, [other.topic]: { counted: minus } }
    bench.refuse.add('101:-2')
    await bench.produce(bench.events({ keys: 10, perKey: 3 }))
    const events = other.events({ keys: 10, perKey: 3 })
    await other.produce(events.map(event => ({ ...event, aggregateId: Number(event.aggregateId) + 100 })))
    const consumer = bench.consumer({ kafka: useClient(), topics, retryParkedEveryMs: 50 })
    await consumer.start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(58))
    // A key that isn't parked yet can't be retried.
    await eventually(async () => expect(await bench.parked()).toHaveLength(2))
    bench.refuse.clear()
    await requestRetry(bench.db, { consumer: bench.group, key: 'thing/101' })
    await eventually(async () => expect(await bench.effects()).toHaveLength(60))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
    const effects = await bench.effects()
    expect(disorderOf(effects.map(({ event_key: key, n }) => ({ event_key: key, n: Math.abs(n) })))).toEqual([])
    expect(effects.filter(({ event_key: key, n }) => key > 100 !== n < 0)).toEqual([])
    await consumer.stop()

    const again = bench.consumer({ kafka: useClient(), topics })
    await again.start()
    await other.produce(other.events({ keys: 1, perKey: 1, from: 4 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(61))
    expect(bench.seen.duplicates).toBe(0)
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
