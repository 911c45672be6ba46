import { randomUUID } from 'node:crypto'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { kafkajsSecurity } from '@outbox-cdc/outbox/security'
import type { Stack } from '@outbox-cdc/stack'
import { eventually } from './eventually.ts'

export type WatchedTopic = {
  /** Every record so far, in order of arrival, with the time of arrival. */
  readonly records: readonly (KafkaMessage & { readonly at: number })[]
  stop(): Promise<void>
}

/** Reads a topic from its beginning until stopped, with a plain consumer that uses nothing of this project. */
export async function watchTopic({ brokers, security = {} }: Stack['kafka'], topic: string): Promise<WatchedTopic> {
  const records: (KafkaMessage & { at: number })[] = []
  const kafka = new Kafka({
    brokers: [...brokers],
    ...kafkajsSecurity(security),
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 }
  })
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void records.push({ ...message, at: Date.now() }) })
  return { records, stop: () => consumer.disconnect() }
}

/** Reads a topic from its beginning until it has given `count` records. */
export async function readTopic(kafka: Stack['kafka'], topic: string, count: number): Promise<readonly KafkaMessage[]> {
  const watched = await watchTopic(kafka, topic)
  const { records } = watched
  try {
    await eventually(
      () => {
        if (records.length < count) throw new Error(`${topic}: ${records.length} of ${count} records after 60 s`)
      },
      { timeoutMs: 120_000 }
    )
    return records.slice(0, count)
  } finally {
    await watched.stop()
  }
}
