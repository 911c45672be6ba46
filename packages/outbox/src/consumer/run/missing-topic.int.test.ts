import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { createTopics } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted, silent } from '../../../test/counted.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { wireMessage } from '../../../test/wire-message.ts'
import { handle, kafkajsClient } from '../../index.ts'
import { platformaticClient } from '../../platformatic/index.ts'

const create = { kafkajs: kafkajsClient, '@platformatic/kafka': platformaticClient } as const

it.each(kafkaClients.map(([name]) => name as keyof typeof create))(
  'starts on %s before its topic exists, names it in one warning, and reads it once it is there',
  async name => {
    const bench = await useConsumerBench()
    const topic = uniqueName('later')
    const warned: string[] = []
    const logger = {
      ...silent,
      warn: (fields: object, message: string) =>
        void warned.push(`${message}: ${String((fields as { err?: Error }).err)}`)
    }
    const kafka = create[name]({ brokers: useStack().kafka.brokers, clientId: 'early', logger })
    const consumer = bench.consumer({
      kafka,
      topics: { [topic]: { counted: handle(counted, bench.apply) } },
      logger,
      retry: { maxDelayMs: 500 }
    })
    await consumer.start()
    const missing = `Topic ${topic} does not exist`
    expect(consumer.health()).toMatchObject({ ok: false, reason: expect.stringContaining(missing) })
    await expect(kafka.watermarks(topic)).rejects.toMatchObject({ code: 'TOPIC_MISSING', retryable: true })
    await sleep(5_000)
    expect(warned).toEqual([expect.stringContaining(missing)])

    await produceTo(topic)
    await eventually(async () => expect(await bench.effects()).toHaveLength(1))
    expect(consumer.health()).toMatchObject({ ok: true })
  }
)

it('stops while its topic is missing', async () => {
  const bench = await useConsumerBench()
  const consumer = bench.consumer({ topics: { [uniqueName('never')]: {} } })
  const started = consumer.start()
  await consumer.stop()
  await started
  expect(consumer.health()).toMatchObject({ ok: false, reason: 'stopped' })
})

async function produceTo(topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], logLevel: 0 })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  onTestFinished(() => Promise.all([admin.disconnect(), producer.disconnect()]).then(() => undefined))
  await createTopics(admin, [{ topic, numPartitions: 1 }])
  await producer.send({ topic, messages: [wireMessage(counted({ aggregateId: 1, payload: { n: 1 } }))] })
}
