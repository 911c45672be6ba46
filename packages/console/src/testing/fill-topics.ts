import { Admin, Producer, stringSerializers } from '@platformatic/kafka'

export type Filling = {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly records: number
  /** Further topics, each with one record of 900 kB in the first and none in the others. */
  readonly topics: number
}

const batch = 5_000
const ahead = 4

/** Fills a topic quickly with many small records of the documented shape. */
export async function fillTopics({ brokers, topic, records, topics }: Filling): Promise<{ readonly huge: string }> {
  const client = { clientId: 'console-bounds', bootstrapBrokers: [...brokers], autocreateTopics: false }
  const admin = new Admin({ ...client, retries: 20, retryDelay: 500 })
  const others = Array.from({ length: topics }, (_, index) => `${topic}.other-${index}`)
  await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 })
  for (let from = 0; from < topics; from += 50)
    await admin.createTopics({ topics: others.slice(from, from + 50), partitions: 3, replicas: 1 })
  await admin.close()
  const producer = new Producer({ ...client, acks: 1, serializers: stringSerializers, retries: 20, retryDelay: 500 })
  const sending = new Set<Promise<unknown>>()
  for (let from = 0; from < records; from += batch) {
    const messages = Array.from({ length: Math.min(batch, records - from) }, (_, index) => small(topic, from + index))
    const sent = producer.send({ messages }).finally(() => sending.delete(sent))
    sending.add(sent)
    if (sending.size >= ahead) await Promise.race(sending)
  }
  await Promise.all(sending)
  const huge = others[0] ?? topic
  for (let index = 0; index < 40 && others.length > 0; index++)
    await producer.send({
      messages: [{ topic: huge, key: String(index), value: 'x'.repeat(900_000), partition: index % 3 }]
    })
  await producer.close()
  return { huge }
}

function small(topic: string, index: number) {
  const value = `{"id":${index + 1},"event":"order_created","event_id":${index + 1},"payload":"{}"}`
  return { topic, key: String(index + 1), value, partition: index % 3 }
}
