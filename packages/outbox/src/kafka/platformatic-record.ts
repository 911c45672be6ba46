import type { Consumer, Message, MessagesStream } from '@platformatic/kafka'
import type { KafkaRecord } from './kafka-client.ts'

export type Platformatic = {
  readonly library: typeof import('@platformatic/kafka')
  readonly base: {
    readonly clientId: string
    readonly bootstrapBrokers: string[]
    readonly retries: number
    readonly retryDelay: number
  }
}

export type PlatformaticConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>
export type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>

// `autocommit` is true by default, and would commit what nobody has settled.
export const fetching = { autocommit: false, minBytes: 1, maxWaitTime: 500, maxBytes: 8 * 1024 * 1024 } as const

/** Hands the stream's single messages over by partition, as many together as came in one fetch. */
export function inBatches(stream: Stream, take: (partition: number, records: readonly KafkaRecord[]) => void): void {
  const gathered = new Map<number, KafkaRecord[]>()
  stream.on('data', message => {
    if (gathered.size === 0) queueMicrotask(flush)
    const records = gathered.get(message.partition)
    if (records === undefined) gathered.set(message.partition, [recordOf(message)])
    else records.push(recordOf(message))
  })

  function flush(): void {
    const batches = [...gathered]
    gathered.clear()
    for (const [partition, records] of batches) take(partition, records)
  }
}

function recordOf(message: Message): KafkaRecord {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestamp: Number(message.timestamp),
    key: message.key ?? null,
    value: message.value ?? null,
    headers: Object.fromEntries(message.headerEntries.map(([name, value]) => [String(name), textOf(value)]))
  }
}

function textOf(value: Buffer | null | undefined): string | null {
  return value === undefined || value === null ? null : value.toString()
}
