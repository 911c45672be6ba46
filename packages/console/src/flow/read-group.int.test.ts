import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { Kafka } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import type { Flow } from '../api/pipeline-schemas.ts'
import { noDatabases, useConsoleBench, useStub } from '../testing/console-bench.ts'
import { produceOutbox } from '../testing/produce-outbox.ts'

it('counts what waits in another topic of the group, and says when a topic is no longer read', async () => {
  const keeper = await useStub({
    '/status': { connectors: [{ name: 'orders-connector', state: 'flowing', reason: 'x' }] }
  })
  const bench = await useConsoleBench({ CONNECT_URL: '', KEEPER_URL: keeper.url }, noDatabases)
  const [second, left] = [uniqueName('console.second'), uniqueName('console.left')]
  const kafka = new Kafka({ brokers: [...bench.brokers], logLevel: 0 })
  const admin = kafka.admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  await createTopics(
    admin,
    [second, left].map(topic => ({ topic, numPartitions: 1 }))
  )
  for (const topic of [second, left]) await produceOutbox(bench.brokers, topic, [{ eventId: 1 }, { eventId: 2 }])
  await admin.setOffsets({ groupId: bench.group, topic: left, partitions: [{ partition: 0, offset: '1' }] })

  const consumer = kafka.consumer({ groupId: bench.group })
  await consumer.connect()
  onTestFinished(() => consumer.disconnect())
  await consumer.subscribe({ topics: [bench.topic, second] })
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() })

  const flow = async () => (await bench.get('/api/flow')).body as Flow
  await eventually(async () => {
    const { headline, hops } = await flow()
    const parts = hops[0]?.parts
    expect(headline.text).toContain(`(2 in ${second})`)
    expect(headline.state).not.toBe('ok')
    expect(parts?.at(-1)).toMatchObject({
      waiting: { events: 2 },
      facts: expect.arrayContaining([{ label: 'also reads', value: second, unit: 'text' }])
    })
  })
  await consumer.commitOffsets([{ topic: second, partition: 0, offset: '2' }])
  await eventually(async () =>
    expect(await flow()).toMatchObject({
      headline: { state: 'slow', text: expect.stringContaining(`${left} has 1 event that no member of the group`) }
    })
  )
})
