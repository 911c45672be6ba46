import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { DebeziumRecord } from './debezium-record.ts'
import { partitionOf } from './partition-of.ts'

/** A topic that lives in this process, with the partitions, offsets and repeats of a real one. */
export type MemoryTopic = {
  readonly name: string
  readonly partitions: number
  /** All records, in the order in which they were produced. */
  records(): readonly KafkaRecord[]
  produce(record: DebeziumRecord): void
  /** What Debezium does after a crash: the last `count` records come again, in order, at new offsets. */
  redeliver(count: number): void
  /** Calls back after each record; the answer ends that. */
  onRecord(listener: () => void): () => void
}

export type MemoryTopicOptions = { readonly name?: string; readonly partitions?: number }

/** An empty topic; `orders_server.orders.outbox` with three partitions by default. */
export function createMemoryTopic({
  name = 'orders_server.orders.outbox',
  partitions = 3
}: MemoryTopicOptions = {}): MemoryTopic {
  const log: KafkaRecord[] = []
  const listeners = new Set<() => void>()
  function append(record: Pick<KafkaRecord, 'key' | 'value' | 'headers'>, partition: number): void {
    const offset = BigInt(log.filter(earlier => earlier.partition === partition).length)
    log.push({ ...record, topic: name, partition, offset, timestamp: Date.now() })
    for (const listener of listeners) listener()
  }
  return {
    name,
    partitions,
    records: () => log.slice(),
    produce: record => append(record, partitionOf(record.key, partitions)),
    redeliver(count) {
      for (const { key, value, headers, partition } of count > 0 ? log.slice(-count) : [])
        append({ key, value, headers }, partition)
    },
    onRecord(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
