import type { KafkaRecord, TopicFacts } from '../kafka/kafka-client.ts'
import { partitionOf } from './partition-of.ts'

/** What a producer sends; by default with the current time, to the partition of its key. */
export type ProducedRecord = Pick<KafkaRecord, 'key' | 'value' | 'headers'> & {
  readonly partition?: number
  readonly timestamp?: number
}

/** A topic in memory, with partitions, offsets and redeliveries. */
export type MemoryTopic = Required<MemoryTopicOptions> & {
  /** All records, in the order in which they were produced. */
  readonly records: () => readonly KafkaRecord[]
  readonly produce: (record: ProducedRecord) => void
  /** Repeats the last `count` records in order, at new offsets, as Debezium does after a crash. */
  readonly redeliver: (count: number) => void
  /** Resolves after the next record, or when the signal is aborted. */
  readonly nextRecord: (signal: AbortSignal) => Promise<void>
}

/** Name, partitions and retention of a topic in memory. */
export type MemoryTopicOptions = Partial<TopicFacts & { readonly name: string }>

const week = 7 * 86_400_000

/** An empty topic; `orders_server.orders.outbox` with three partitions and seven days by default. */
export function createMemoryTopic({
  name = 'orders_server.orders.outbox',
  partitions = 3,
  retentionMs = week,
  segmentMs = week
}: MemoryTopicOptions = {}): MemoryTopic {
  const log: KafkaRecord[] = []
  const waiting = new Set<() => void>()

  function produce({ key, value, headers, timestamp = Date.now(), ...rest }: ProducedRecord): void {
    const partition = rest.partition ?? (key === null ? 0 : partitionOf(key, partitions))
    const offset = BigInt(log.filter(earlier => earlier.partition === partition).length)
    log.push({ topic: name, partition, offset, timestamp, key, value, headers })
    for (const wake of waiting) wake()
  }

  return {
    name,
    partitions,
    retentionMs,
    segmentMs,
    records: () => log.slice(),
    produce,
    redeliver(count) {
      const repeated = count > 0 ? log.slice(-count) : []
      for (const { key, value, headers, partition } of repeated) produce({ key, value, headers, partition })
    },
    nextRecord: signal =>
      new Promise(resolve => {
        const wake = () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
        if (signal.aborted) wake()
      })
  }
}
