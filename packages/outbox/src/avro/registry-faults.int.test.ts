import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { useOrders } from '../../test/orders-database.ts'
import { typedMessage } from '../../test/wire-message.ts'
import { createOutbox, defineEvent, type EventDefinition, type OutboundEvent } from '../index.ts'
import { type AvroEncoding, avroDecoding, avroEncoding, avroSchema, schemaRegistry } from './index.ts'

const registry = useRegistry()
const client = () => schemaRegistry({ url: registry().url, timeoutMs: 1_000 })
const retry = { firstDelayMs: 50, maxDelayMs: 300, attempts: 2 }
const countedAndNoted = defineEvent({
  name: 'counted',
  aggregate: 'thing',
  version: 1,
  payload: z.object({ n: z.int(), note: z.string().optional() })
})

function schemaOf(aggregate: string) {
  return avroSchema(defineEvent({ name: 'counted', aggregate, version: 1, payload: counted.payload }))
}

async function encodingOf(definition: EventDefinition): Promise<AvroEncoding> {
  const encoding = avroEncoding({ registry: client(), events: [definition] })
  // A registry that has just begun may take longer than the limit of these tests.
  await eventually(() => encoding.register())
  return encoding
}

/** Stops the registry until the test or its end brings it back. */
async function without(how: 'killed' | 'frozen' = 'killed'): Promise<() => Promise<void>> {
  const { part } = registry()
  await (how === 'killed' ? part.kill() : part.freeze())
  const back = () => (how === 'killed' ? part.start() : part.thaw())
  onTestFinished(back, 120_000)
  return back
}

type Bench = Awaited<ReturnType<typeof useConsumerBench>>

async function useTypedBench() {
  const bench = await useConsumerBench()
  const start = async () => {
    const consumer = bench.consumer({ decoding: avroDecoding({ registry: client() }), retry })
    await consumer.start()
    return consumer
  }
  return { ...bench, start }
}

function typed(events: readonly OutboundEvent[], encoding: AvroEncoding) {
  return events.map((event, index) => typedMessage(event, encoding, index + 1))
}

async function expectAll(bench: Bench, count: number): Promise<void> {
  await eventually(async () =>
    expect({ effects: (await bench.effects()).length, parked: await bench.parked() }).toEqual({
      effects: count,
      parked: []
    })
  )
  expect(await bench.disorder()).toEqual([])
}

describe.skipIf(noRegistry !== undefined)('a registry that is down', () => {
  it('when a producer starts: nothing is written, and all is well once it is back', async () => {
    const orders = await useOrders('delete', 'bytes')
    const encoding = avroEncoding({ registry: client(), events: [counted] })
    const outbox = createOutbox({ encoding })
    const place = () =>
      orders.db.transaction(async trx => {
        await trx('customer_order').insert({ name: 'joon' })
        await outbox.append(trx, counted({ aggregateId: 1, payload: { n: 1 } }))
      })
    const back = await without()
    await expect(encoding.register()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true })
    await expect(place()).rejects.toMatchObject({ code: 'SCHEMA_UNREGISTERED', retryable: true })
    expect(await orders.orders()).toEqual([])
    await back()
    await eventually(() => encoding.register())
    await place()
    expect(await orders.published()).toHaveLength(1)
    // From now on it is not needed.
    await without()
    await place()
    expect(await orders.published()).toHaveLength(2)
  })

  it.each(['killed', 'frozen'] as const)(
    'when a consumer starts (%s): events wait, none is parked',
    async how => {
      const bench = await useTypedBench()
      await bench.send(typed(bench.events({ keys: 10, perKey: 5 }), await encodingOf(counted)))
      const back = await without(how)
      const consumer = await bench.start()
      await eventually(() => expect(bench.seen.retries).toBeGreaterThan(3))
      expect(await bench.effects()).toEqual([])
      expect(await bench.parked()).toEqual([])
      await back()
      await expectAll(bench, 50)
      await consumer.stop()
    },
    120_000
  )

  it('in mid-flow: known schemas are read on, a new one waits with all behind it, nothing is parked', async () => {
    const bench = await useTypedBench()
    const [known, noted] = [await encodingOf(counted), await encodingOf(countedAndNoted)]
    const consumer = await bench.start()
    await bench.send(typed(bench.events({ keys: 10, perKey: 5 }), known))
    await expectAll(bench, 50)
    const back = await without()
    await bench.send(typed(bench.events({ keys: 10, perKey: 5, from: 6 }), known))
    await expectAll(bench, 100)
    await bench.send(typed(bench.events({ keys: 10, perKey: 5, from: 11 }), noted))
    await bench.send(typed(bench.events({ keys: 10, perKey: 5, from: 16 }), known))
    await eventually(() => expect(bench.seen.retries).toBeGreaterThan(3))
    expect(await bench.effects()).toHaveLength(100)
    await back()
    await expectAll(bench, 200)
    await consumer.stop()
  })
})

describe.skipIf(noRegistry !== undefined)('a registry', () => {
  it('that was killed and started again gives the same schemas by the same ids', async () => {
    const bench = await useTypedBench()
    const before = await encodingOf(counted)
    await bench.send(typed(bench.events({ keys: 3, perKey: 2 }), before))
    const fresh = schemaOf(uniqueName('thing'))
    const { id } = await client().register(fresh)
    await (await without())()
    // What was answered in the very moment of its death is kept, or the id would be given again to another schema.
    const kept = await eventually(() => client().find(id))
    expect(kept.type.name).toBe(`${fresh.namespace}.counted`)
    const after = await encodingOf(counted)
    const event = counted({ aggregateId: 1, payload: { n: 1 } })
    expect(after.encode(event)).toEqual(before.encode(event))
    await bench.send(typed(bench.events({ keys: 3, perKey: 2, from: 3 }), after))
    const consumer = await bench.start()
    await expectAll(bench, 12)
    await consumer.stop()
  })

  it('that does not know an id has that key parked, and no other', async () => {
    const bench = await useTypedBench()
    const messages = typed(bench.events({ keys: 10, perKey: 5 }), await encodingOf(counted))
    const strange = messages.find(({ key }) => String(key) === '{"event_id":4}')
    const value = Buffer.from(strange?.value as Buffer)
    value.writeUInt32BE(4_000_000, 1)
    await bench.send(messages.map(message => (message === strange ? { ...message, value } : message)))
    const consumer = await bench.start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(5))
    expect(await bench.parked()).toMatchObject(
      ['UNREADABLE', 'BEHIND', 'BEHIND', 'BEHIND', 'BEHIND'].map(reason => ({ event_key: 'thing/4', reason }))
    )
    await eventually(async () => expect(await bench.effects()).toHaveLength(45))
    expect(await bench.disorder()).toEqual([])
    await consumer.stop()
  })
})
