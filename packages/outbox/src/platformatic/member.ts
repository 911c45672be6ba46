import { type Admin, Consumer, type Message, type MessagesStream } from '@platformatic/kafka'
import {
  type KafkaRecord,
  type Membership,
  partitionName,
  sizeOf,
  type TopicPartition,
  type WindowRead
} from '../kafka/kafka-client.ts'
import { stayJoined } from '../kafka/stay-joined.ts'
import type { Logger } from '../logger.ts'

/** What clients of any kind are made with. */
export type ClientOptions = ConstructorParameters<typeof Admin>[0]

type PlatformaticConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>
type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>

// How soon a member notices new partitions of its topics, as on kafkajs.
const metadataMaxAge = 30_000

// `autocommit` is true by default and would commit records that aren't settled.
const fetching = { autocommit: false, minBytes: 1, maxWaitTime: 500, maxBytes: 8 * 1024 * 1024 } as const

/** Joins with @platformatic/kafka. */
export function joinWithPlatformatic(base: ClientOptions, membership: Membership, logger: Logger) {
  const end = (consumer: PlatformaticConsumer) =>
    consumer.close(true).catch((error: unknown) => logger.debug({ err: error }, 'the Kafka consumer did not close'))
  return stayJoined(membership, {
    join: onCrash => consume(base, membership, onCrash),
    commit: (consumer, next) => consumer.commit({ offsets: next.map(one => ({ ...one, leaderEpoch: -1 })) }),
    leave: end,
    cleanUp: end
  })
}

async function consume(base: ClientOptions, membership: Membership, onCrash: (error: unknown) => void) {
  const { group, topics, sessionTimeoutMs } = membership
  const consumer: PlatformaticConsumer = new Consumer({
    metadataMaxAge,
    ...base,
    ...fetching,
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(60_000, sessionTimeoutMs),
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 5)),
    heartbeatStallTimeout: sessionTimeoutMs
  })
  let ended = false
  const crash = (error: unknown) => {
    if (ended) return
    ended = true
    onCrash(error)
  }
  let stream: Stream | undefined

  // A stream keeps its position over a rebalance, also where nothing was committed, so it would never read again what we
  // dropped. Each assignment gets a new stream, which starts at the committed offsets.
  async function read(): Promise<void> {
    void stream?.close().catch(() => undefined)
    const from = { mode: 'committed', fallbackMode: 'earliest' } as const
    const opened = await consumer.consume({ topics: [...topics], ...from, ...fetching })
    stream = opened
    opened.on('error', error => stream === opened && crash(error))
    const limit = createBackPressure(opened)
    inBatches(opened, (partition, records) => {
      if (stream === opened) limit(membership.onRecords(partition, records), records)
    })
  }

  consumer.on('error', crash)
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) => crash(lastError ?? new Error('Heartbeats have stalled')))
  consumer.on('consumer:group:rebalance', () => void membership.onRebalancing())
  consumer.on('consumer:group:join', ({ assignments }) => {
    const ours = (assignments ?? []).filter(({ topic }) => topics.includes(topic))
    membership.onAssigned(ours.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition }))))
    if (stream !== undefined) void read().catch(crash)
  })
  try {
    const rejoinForMore = await watchPartitions(consumer, topics)
    await read()
    const timer = setInterval(() => void rejoinForMore().catch(crash), base.metadataMaxAge ?? metadataMaxAge)
    timer.unref()
    consumer.on('client:close', () => clearInterval(timer))
  } catch (error) {
    ended = true
    await consumer.close(true).catch(() => undefined)
    throw error
  }
  return consumer
}

/** The client shares out new partitions only when a member joins: returns a function that joins again if there are more. */
async function watchPartitions(consumer: PlatformaticConsumer, names: readonly string[]): Promise<() => Promise<void>> {
  const count = async () => {
    const { topics } = await consumer.metadata({ topics: [...names], autocreateTopics: false, forceUpdate: true })
    return names.reduce((sum, name) => sum + (topics.get(name)?.partitionsCount ?? 0), 0)
  }
  let known = await count()
  return async () => {
    // Without an answer there is nothing to do: whether Kafka is away, the client notices by itself.
    const now = await count().catch(() => known)
    const grown = now > known
    known = now
    if (grown) await consumer.joinGroup({})
  }
}

// One stream feeds all partitions, and to pause it pauses all. So it keeps reading until much waits, unlike with kafkajs.
const muchWaits = { records: 20_000, bytes: 256 * 1024 * 1024 }

function createBackPressure(stream: Stream): (room: Promise<void>, records: readonly KafkaRecord[]) => void {
  const waiting = { records: 0, bytes: 0 }
  const isMuch = () => waiting.records >= muchWaits.records || waiting.bytes >= muchWaits.bytes
  return (room, records) => {
    const bytes = sizeOf(records)
    waiting.records += records.length
    waiting.bytes += bytes
    if (isMuch()) stream.pause()
    void room.then(() => {
      waiting.records -= records.length
      waiting.bytes -= bytes
      if (!isMuch() && stream.isPaused()) stream.resume()
    })
  }
}

/** Groups the stream's single messages by partition, as many together as came in one fetch. */
function inBatches(stream: Stream, take: (partition: TopicPartition, records: readonly KafkaRecord[]) => void): void {
  const gathered = new Map<string, KafkaRecord[]>()
  stream.on('data', message => {
    if (gathered.size === 0) queueMicrotask(flush)
    const place = partitionName(message)
    const records = gathered.get(place)
    if (records === undefined) gathered.set(place, [recordOf(message)])
    else records.push(recordOf(message))
  })

  function flush(): void {
    const batches = [...gathered.values()]
    gathered.clear()
    for (const records of batches) if (records[0] !== undefined) take(records[0], records)
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
    inBatches(stream, ({ partition }, records) => {
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
