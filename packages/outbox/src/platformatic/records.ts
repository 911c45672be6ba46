import { Consumer, type Message, type MessagesStream } from '@platformatic/kafka'
import type { KafkaRecord, WindowRead } from '../kafka/kafka-client.ts'

export type ClientOptions = {
  readonly clientId: string
  readonly bootstrapBrokers: string[]
  readonly retries: number
  readonly retryDelay: number
}

export type PlatformaticConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>
export type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>

// `autocommit` is true by default and would commit records that aren't settled.
export const fetching = { autocommit: false, minBytes: 1, maxWaitTime: 500, maxBytes: 8 * 1024 * 1024 } as const

/** Groups the stream's single messages by partition, as many together as came in one fetch. */
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
    headers: Object.fromEntries(message.headerEntries.map(([name, value]) => [String(name), value?.toString() ?? null]))
  }
}

/** Reads a window as the only member of a group of its own, which the caller removes. */
export async function readWithPlatformatic(
  base: ClientOptions,
  { topic, window, onRecords, groupId }: WindowRead & { groupId: string }
): Promise<void> {
  const open = new Map([...window].filter(([, { from, to }]) => from < to))
  if (open.size === 0) return
  const consumer: PlatformaticConsumer = new Consumer({ ...base, ...fetching, groupId })
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  consumer.on('error', reject)
  const offsets = [...window].map(([partition, { from }]) => ({ topic, partition, offset: from }))
  let previous: Promise<void> = Promise.resolve()
  try {
    const stream = await consumer.consume({ topics: [topic], mode: 'manual', offsets, ...fetching })
    stream.on('error', reject)
    inBatches(stream, (partition, records) => {
      const bounds = window.get(partition)
      const wanted = records.filter(({ offset }) => bounds !== undefined && offset >= bounds.from && offset < bounds.to)
      stream.pause()
      previous = previous.then(() => (wanted.length > 0 ? onRecords(partition, wanted) : undefined))
      previous.then(() => stream.resume(), reject)
    })
    // The offset of the next fetch also counts transaction markers, which never come as records.
    stream.on('fetch', () => setImmediate(() => void previous.then(closeWhatEnded, reject)))
    const closeWhatEnded = () => {
      for (const [partition, { to }] of open)
        if ((stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n) >= to) open.delete(partition)
      if (open.size === 0) previous.then(resolve, reject)
    }
    await ended
  } finally {
    await consumer.close(true).catch(() => undefined)
  }
}
