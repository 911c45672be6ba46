import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { withAdmin } from '../kafka/kafka.ts'
import { startHeartbeatReader } from './heartbeat-reader.ts'

it.each(['producer', 'snappy', 'zstd'])(
  'reads the beats of its own keeper beside others, compressed by %s',
  async codec => {
    const { kafka } = useStack()
    const topic = uniqueName('beats')
    await withAdmin(kafka, admin =>
      createTopics(admin, [{ topic, numPartitions: 1, configEntries: [{ name: 'compression.type', value: codec }] }])
    )
    const senders = ['first', 'second']
    const arrived = new Set<string>()
    for (const sender of senders) {
      const reader = startHeartbeatReader({ kafka, topic, sender, onArrival: () => arrived.add(sender) })
      onTestFinished(() => reader.stop())
    }
    const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer()
    onTestFinished(() => producer.disconnect())
    await producer.connect()
    const beats = senders.map(sender => ({ value: JSON.stringify({ sender, sent_ms: 1 }) }))
    await eventually(async () => {
      await producer.send({ topic, messages: beats })
      expect([...arrived].toSorted()).toEqual(senders)
    })
  }
)

it('says that the topic is missing, then that the beats are not JSON, and nothing more when one can be read', async () => {
  const { kafka } = useStack()
  const topic = uniqueName('beats')
  const reader = startHeartbeatReader({ kafka, topic, sender: 'me', onArrival: () => undefined })
  onTestFinished(() => reader.stop())
  const says = (words: string | undefined) =>
    eventually(() =>
      words === undefined ? expect(reader.obstacle()).toBe(words) : expect(reader.obstacle()).toMatch(words)
    )
  await says('there is no topic')
  expect(reader.since()).toBeUndefined()
  await withAdmin(kafka, admin => createTopics(admin, [{ topic, numPartitions: 1 }]))
  await says(undefined)
  const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer()
  onTestFinished(() => producer.disconnect())
  await producer.connect()
  const send = (value: string) => producer.send({ topic, messages: [{ value }] })
  await eventually(async () => {
    await send('Struct{sender=me,sent_ms=1}')
    expect(reader.obstacle()).toMatch('are not JSON')
  })
  expect(reader.since()).toBeUndefined()
  await send(JSON.stringify({ sender: 'another', sent_ms: 1 }))
  await says(undefined)
})
