import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'
import { Kafka } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import {
  kafkaClientContract,
  type Numbered,
  numbered,
  sessionTimeoutMs,
  useMember
} from '../../test/kafka-client-contract.ts'
import { kafkaClients } from '../../test/kafka-clients.ts'
import type { KafkaRecord } from './kafka-client.ts'

for (const [name, useClient] of kafkaClients) kafkaClientContract(name, { useTopic, useClient })

describe.each(kafkaClients)('the Kafka port on a real broker: %s', (_, useClient) => {
  it('reads the other partitions on while one is full, and stays a member beyond its session', async () => {
    const { topic, send } = await useTopic()
    const full = Promise.withResolvers<void>()
    const member = await useMember(useClient(), topic, {
      room: partition => (partition === 0 ? full.promise : undefined)
    })
    await send(0, numbered(1, 5))
    await eventually(() => expect(member.records).toHaveLength(5))
    const end = Date.now() + 1.4 * sessionTimeoutMs
    let sent = 0
    await eventually(
      async () => {
        await send(1, numbered(++sent, 1))
        expect(Date.now()).toBeGreaterThan(end)
      },
      { everyMs: 400 }
    )
    await eventually(() => expect(member.records.filter(({ partition }) => partition === 1)).toHaveLength(sent))
    expect(member.assignments).toBe(1)
    await send(0, numbered(6, 5))
    full.resolve()
    await eventually(() => expect(member.records.filter(({ partition }) => partition === 0)).toHaveLength(10))
  })

  it('reads a list of brokers with blanks after the commas', async () => {
    const { topic } = await useTopic()
    const listed = ['127.0.0.1:1', ...useStack().kafka.brokers].join(', ').split(',')
    expect((await useClient(listed).topic(topic)).partitions).toBe(2)
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads records that the broker compresses with %s', async codec => {
    const { topic, send } = await useTopic({ 'compression.type': codec })
    const values = ['small', 'x'.repeat(100_000), randomBytes(300_000).toString('base64'), '']
    await send(
      0,
      values.map(value => ({ value }))
    )
    const client = useClient()
    const member = await useMember(client, topic)
    await eventually(() => expect(member.records).toHaveLength(4))
    expect(member.records.map(({ value }) => String(value))).toEqual(values)
    const read: string[] = []
    const onRecords = async (_partition: number, records: readonly KafkaRecord[]) =>
      void read.push(...records.map(({ value }) => String(value)))
    await client.read({ topic, window: new Map([[0, { from: 0n, to: 4n }]]), onRecords })
    expect(read).toEqual(values)
  })

  it('rejects to join where no broker answers', async () => {
    const { topic } = await useTopic()
    await expect(useMember(useClient(['127.0.0.1:1']), topic)).rejects.toThrow()
  })
})

it('causes no warning of Node on kafkajs', async () => {
  const { topic } = await useTopic()
  const program = `import { kafkajsClient } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))}
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const client = kafkajsClient({ brokers: ${JSON.stringify(useStack().kafka.brokers)}, clientId: 'warned', logger })
    console.log((await client.topic(${JSON.stringify(topic)})).partitions)`
  const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    env: { NODE_OPTIONS: '' },
    cwd: import.meta.dirname
  })
  expect({ stdout, stderr }).toEqual({ stdout: '2', stderr: '' })
})

async function useTopic(config: Record<string, string> = {}) {
  const topic = uniqueName('port')
  const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], logLevel: 0 })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  onTestFinished(() => Promise.all([admin.disconnect(), producer.disconnect()]).then(() => undefined))
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await createTopics(admin, [{ topic, numPartitions: 2, configEntries }])
  return {
    topic,
    send: (partition: number, messages: readonly Numbered[]) =>
      producer.send({ topic, messages: messages.map(message => ({ ...message, partition })) }),
    groups: async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId)
  }
}
