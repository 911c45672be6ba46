import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { kafkaClientContract } from '../../test/kafka-client-contract.ts'
import { createMemoryKafka } from './memory-kafka.ts'
import { createMemoryTopic, type MemoryTopic } from './memory-topic.ts'

const topics: MemoryTopic[] = []
const bytes = (value: string | Buffer | null | undefined) =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? null)

kafkaClientContract('in memory', {
  useClient: () => createMemoryKafka(...topics),
  async useTopic(config = {}) {
    const retention = Number(config['retention.ms'] ?? -1)
    const topic = createMemoryTopic({
      name: uniqueName('memory'),
      partitions: 2,
      retentionMs: retention < 0 ? Infinity : retention,
      segmentMs: Number(config['segment.ms'] ?? 0)
    })
    topics.push(topic)
    return {
      topic: topic.name,
      async send(partition, messages) {
        for (const { key, value, headers = {}, timestamp } of messages)
          topic.produce({
            partition,
            key: bytes(key),
            value: bytes(value),
            headers,
            ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) })
          })
      },
      groups: async () => []
    }
  }
})
