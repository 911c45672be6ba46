import { copyOf, kafkaConfig } from '@outbox-cdc/test-support/send-again'
import { watchTopic } from '@outbox-cdc/test-support/read-topic'
import { Kafka, type KafkaMessage } from 'kafkajs'
import type { Flower } from './start-flower.ts'

/** Sends records again that are on the topics, as Connect does after it died. */
export type Redelivery = {
  /** Every event of these orders, or items, that a topic has so far, once more and in order. Resolves with their number. */
  readonly sendAgain: (topic: string, ids: readonly number[]) => Promise<number>
  readonly close: () => Promise<void>
}

export async function openRedelivery({ pipeline, topics }: Flower): Promise<Redelivery> {
  const { kafka } = pipeline.stack
  const watched = new Map(
    await Promise.all(topics.map(async topic => [topic, await watchTopic(kafka, topic)] as const))
  )
  const producer = new Kafka(kafkaConfig(kafka)).producer()
  await producer.connect()
  return {
    async sendAgain(topic, ids) {
      const wanted = new Set(ids)
      const records = watched.get(topic)?.records.filter(({ key }) => wanted.has(idIn(key))) ?? []
      const messages = firstOfEach(records).map(copyOf)
      if (messages.length > 0) await producer.send({ topic, messages })
      return messages.length
    },
    async close() {
      await Promise.all([producer.disconnect(), ...[...watched.values()].map(each => each.stop())])
    }
  }
}

const idIn = (key: KafkaMessage['key']) => (JSON.parse(String(key)) as { readonly payload: number }).payload

/** Without those that were sent again before. */
function firstOfEach(records: readonly KafkaMessage[]): readonly KafkaMessage[] {
  return [
    ...new Map(records.toReversed().map(record => [String(record.headers?.['id']), record])).values()
  ].toReversed()
}
