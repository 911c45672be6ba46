import { type Stack, withAdmin } from '@outbox-cdc/stack'
import { Kafka, type KafkaMessage, logLevel, type Message } from 'kafkajs'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { watchTopic } from './read-topic.ts'

export const kafkaConfig = ({ brokers }: Stack['kafka']) => ({
  brokers: [...brokers],
  clientId: 'test',
  logLevel: logLevel.NOTHING,
  retry: { retries: 10 }
})

/** Every record of a topic. */
export async function recordsOf(kafka: Stack['kafka'], topic: string) {
  const ends = await withAdmin(kafkaConfig(kafka), admin => admin.fetchTopicOffsets(topic))
  const wanted = ends.reduce((sum, { high }) => sum + Number(high), 0)
  const watched = await watchTopic(kafka, topic)
  await eventually(() => expect(watched.records.length).toBe(wanted))
  await watched.stop()
  return watched.records
}

/** Puts each record of a topic on it once more. */
export async function sendAgain(kafka: Stack['kafka'], topic: string): Promise<void> {
  const records = await recordsOf(kafka, topic)
  const producer = new Kafka(kafkaConfig(kafka)).producer()
  await producer.connect()
  const messages = records.map(copyOf)
  // The broker takes at most a megabyte of a partition at once.
  for (let at = 0; at < messages.length; at += 500)
    await producer.send({ topic, messages: messages.slice(at, at + 500) })
  await producer.disconnect()
}

/** What a producer sends to write a record once more. */
export function copyOf({ key, value, headers = {} }: KafkaMessage): Message {
  // kafkajs can't write a header without a value, and the consumer reads none the same.
  const given = Object.entries(headers).filter(([, each]) => each !== null && each !== undefined)
  return { key, value, headers: Object.fromEntries(given) }
}
