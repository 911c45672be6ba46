import type { KafkaMessage } from 'kafkajs'
import type { KafkaRecord } from './kafka-client.ts'

export const fetching = {
  maxWaitTimeInMs: 500,
  minBytes: 1,
  maxBytesPerPartition: 2 * 1024 * 1024,
  allowAutoTopicCreation: false
}

// kafkajs restarts itself after some errors and stays dead after others: we replace the consumer after any.
export const noRestart = {
  retries: 5,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  restartOnFailure: () => Promise.resolve(false)
}

/**
 * More than the topic will soon have partitions: a batch that waited for a free worker could outlive its assignment. And
 * not many more, because kafkajs wakes all of them for each batch: a thousand took a sixth of the consumer's time.
 */
export function workersFor(partitions: number): number {
  return Math.max(16, partitions * 2)
}

export function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)]))
  }
}

function textOf(value: Buffer | string | readonly (Buffer | string)[] | undefined | null): string | null {
  if (Array.isArray(value)) return textOf(value.at(-1))
  return value === undefined || value === null ? null : value.toString()
}
