import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { type AggregateId, type KafkaClient, type KafkaRecord, kafkajsClient } from '../src/index.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A topic into which Debezium streams an outbox. */
export type DebeziumTopic = {
  readonly name: string
  /** All records of a key, once there are `count`. */
  recordsOf(aggregateId: AggregateId, count: number): Promise<readonly KafkaRecord[]>
  remove(): Promise<void>
}

/** Reads a topic; `removeConnector` runs when the topic is removed. */
export function topicReader(name: string, removeConnector: () => Promise<void>): DebeziumTopic {
  const { kafka } = useStack()
  const client = kafkajsClient({ brokers: kafka.brokers, clientId: 'debezium-topic', logger: silent })
  return {
    name,
    recordsOf: (aggregateId, count) =>
      eventually(async () => {
        const all = await readAll(client, name)
        const records = all.filter(({ key }) => idIn(String(key)) === aggregateId)
        if (records.length < count) throw new Error(`${records.length} of ${count} records have come`)
        return records
      }),
    async remove() {
      await removeConnector()
      await client.close()
    }
  }
}

/** The id in a key, with Connect's schema around it or without. */
function idIn(key: string): unknown {
  const { payload, event_id: bare } = JSON.parse(key) as { payload?: { event_id: unknown }; event_id?: unknown }
  return payload?.event_id ?? bare
}

export async function readAll(client: KafkaClient, topic: string): Promise<readonly KafkaRecord[]> {
  const marks = await client.watermarks(topic)
  const window = new Map([...marks].map(([partition, { low, high }]) => [partition, { from: low, to: high }]))
  const records: KafkaRecord[] = []
  await client.read({ topic, window, onRecords: async (_, some) => void records.push(...some) })
  return records.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset))
}
