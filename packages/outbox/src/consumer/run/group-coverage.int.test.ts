import { Kafka } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted, silent } from '../../../test/counted.ts'
import { useMember } from '../../../test/kafka-client-contract.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { handle } from '../../index.ts'
import { platformaticClient } from '../../platformatic/index.ts'

const liveness = { checkEveryMs: 200 }

describe.each(kafkaClients)('a group on %s', (_, useClient) => {
  it('refuses a consumer of another topic', async () => {
    const [bench, other] = await Promise.all([useConsumerBench(), useConsumerBench()])
    await bench.consumer({ kafka: useClient() }).start()
    const second = other.consumer({ kafka: useClient(), group: bench.group })
    await expect(second.start()).rejects.toMatchObject({
      code: 'GROUP_MIXED',
      message: expect.stringContaining(`Group ${bench.group} already reads ${bench.topic}`)
    })
    expect(second.health()).toMatchObject({ ok: false, reason: expect.stringContaining(bench.topic) })
  })

  it('is not healthy while partitions have no reader, because another member reads another topic', async () => {
    const [bench, other] = await Promise.all([useConsumerBench({ partitions: 4 }), useConsumerBench()])
    const stalls: string[] = []
    const onStalled = (reason: string) => void stalls.push(reason)
    const options = { liveness: { ...liveness, stallAfterMs: 1_000, onStalled } }
    const consumer = bench.consumer({ kafka: useClient(), ...options })
    await consumer.start()
    await eventually(() =>
      expect(consumer.health()).toMatchObject({ ok: true, partitions: { [bench.topic]: [0, 1, 2, 3] } })
    )
    const stranger = await useMember(useClient(), other.topic, { group: bench.group })
    const unread = expect.stringMatching(/No member of group .* reads partition .* of .*: the group also reads bench/)
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: false, reason: unread }))
    await eventually(() => expect(stalls).toEqual([unread]))
    await stranger.leave()
    await eventually(() =>
      expect(consumer.health()).toMatchObject({ ok: true, partitions: { [bench.topic]: [0, 1, 2, 3] } })
    )
  })

  it('lets a member with one more topic join, which is healthy once the others have left', async () => {
    const [bench, added] = await Promise.all([useConsumerBench(), useConsumerBench()])
    const on = { counted: handle(counted, bench.apply) }
    const old = bench.consumer({ kafka: useClient(), liveness })
    await old.start()
    await eventually(() => expect(old.health()).toMatchObject({ ok: true }))
    const topics = { [bench.topic]: on, [added.topic]: on }
    const next = bench.consumer({ kafka: useClient(), liveness, topics })
    await next.start()
    await added.produce(added.events({ keys: 9, perKey: 1 }))
    await bench.produce(bench.events({ keys: 9, perKey: 1 }))
    await eventually(() => {
      expect(next.health()).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/No member .* reads partition .* of .*: a member reads fewer topics/)
      })
    })
    await old.stop()
    await eventually(async () => expect(await bench.effects()).toHaveLength(18))
    const partitions = { [bench.topic]: [0, 1, 2], [added.topic]: [0, 1, 2] }
    await eventually(() => expect(next.health()).toEqual({ ok: true, lag: 0, partitions }))
  })

  it('stays healthy while its members share the partitions', async () => {
    const bench = await useConsumerBench({ partitions: 4 })
    const consumers = [1, 2].map(() => bench.consumer({ kafka: useClient(), liveness }))
    for (const consumer of consumers) await consumer.start()
    await eventually(() => {
      const shares = consumers.map(consumer => consumer.health().partitions[bench.topic]?.length)
      expect(shares).toEqual([2, 2])
    })
    const end = Date.now() + 2_000
    await eventually(() => {
      for (const consumer of consumers) expect(consumer.health()).toMatchObject({ ok: true })
      expect(Date.now()).toBeGreaterThan(end)
    })
  })

  it('has one of three members read a single partition, and another one take over when that ends', async () => {
    const bench = await useConsumerBench({ partitions: 1 })
    const consumers = [1, 2, 3].map(() => bench.consumer({ kafka: useClient(), liveness }))
    for (const consumer of consumers) await consumer.start()
    const reading = () => consumers.filter(consumer => consumer.health().partitions[bench.topic]?.length === 1)
    await eventually(() => {
      expect(reading()).toHaveLength(1)
      for (const consumer of consumers) expect(consumer.health()).toMatchObject({ ok: true })
    })
    await bench.produce(bench.events({ keys: 3, perKey: 5 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(15))
    const [first] = reading()
    await first?.stop()
    await bench.produce(bench.events({ keys: 3, perKey: 5, from: 6 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(30))
    expect(reading().filter(consumer => consumer !== first)).toHaveLength(1)
    expect(bench.seen.duplicates).toBe(0)
  })

  it('notices partitions that were added, and reads them after a restart', async () => {
    const bench = await useConsumerBench({ partitions: 1 })
    const warned: string[] = []
    const logger = { ...silent, warn: (_fields: object, message: string) => void warned.push(message) }
    const first = bench.consumer({ kafka: useClient(), liveness, logger })
    await first.start()
    await eventually(() => expect(first.health()).toMatchObject({ ok: true, partitions: { [bench.topic]: [0] } }))
    await addPartitions(bench.topic, 3)
    await eventually(() =>
      expect(first.health()).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/reads partition 1, 2 of .*: restart a member of the group/)
      })
    )
    expect(warned).toEqual([expect.stringContaining('the topic has more partitions now')])
    await first.stop()
    await bench.consumer({ kafka: useClient(), liveness }).start()
    await bench.produce(bench.events({ keys: 20, perKey: 2 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(40))
  })
})

it('reads partitions that were added, on @platformatic/kafka without a restart', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  const consumers = [1, 2].map(() => {
    const { brokers } = useStack().kafka
    const kafka = platformaticClient({ brokers, clientId: 'growth', logger: silent, kafka: { metadataMaxAge: 500 } })
    onTestFinished(() => kafka.close())
    return bench.consumer({ kafka, liveness })
  })
  for (const consumer of consumers) await consumer.start()
  await addPartitions(bench.topic, 4)
  await eventually(() =>
    expect(consumers.map(consumer => consumer.health().partitions[bench.topic]?.length)).toEqual([2, 2])
  )
  await bench.produce(bench.events({ keys: 20, perKey: 2 }))
  await eventually(async () => expect(await bench.effects()).toHaveLength(40))
  await eventually(() => expect(consumers.map(consumer => consumer.health().ok)).toEqual([true, true]))
})

async function addPartitions(topic: string, count: number): Promise<void> {
  const admin = new Kafka({ brokers: [...useStack().kafka.brokers], logLevel: 0 }).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  await admin.createPartitions({ topicPartitions: [{ topic, count }] })
}
