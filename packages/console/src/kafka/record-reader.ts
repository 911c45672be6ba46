import { type Admin, type Consumer, type RecordsBatch, UserError } from '@platformatic/kafka'
import pLimit from 'p-limit'
import type { AskKafka } from './ask-kafka.ts'
import { type RecordDecoder, type StoredRecord, timeOf } from './decode-record.ts'

/** A place in a topic: the next offset of each partition. */
export type Offsets = ReadonlyMap<number, number>

type FetchOptions = { readonly bytesPerPartition?: number; readonly waitMs?: number }

export type RecordReader = ReturnType<typeof createRecordReader>

const marks = { latest: -1n, earliest: -2n } as const
const controlBatch = 0x20

type ReaderParts = {
  readonly admin: Admin
  readonly consumer: Consumer
  readonly decode: RecordDecoder
  readonly ask: AskKafka
}

export function createRecordReader({ admin, consumer, decode, ask }: ReaderParts) {
  const queue = pLimit(1)

  async function findTopic(topic: string) {
    const metadata = await ask({ topic, right: 'DESCRIBE' }, () =>
      admin.metadata({ topics: [topic], autocreateTopics: false })
    )
    const found = metadata.topics.get(topic)
    if (found === undefined) throw new UserError(`There is no topic ${topic}`)
    return found
  }

  /** The first offset whose record is not older than `at`, or an end of the log. */
  async function offsets(topic: string, at: 'earliest' | 'latest' | Date): Promise<Offsets> {
    if (!(at instanceof Date)) return listOffsets(topic, marks[at])
    // The end first: a record that comes between the two answers must not lie before the place where reading starts.
    const ends = await listOffsets(topic, marks.latest)
    const listed = await listOffsets(topic, BigInt(at.getTime()))
    // Kafka answers -1 when there is no record that new.
    return mapOffsets(listed, (offset, partition) => (offset < 0 ? (ends.get(partition) ?? 0) : offset))
  }

  async function listOffsets(topic: string, timestamp: bigint): Promise<Offsets> {
    const partitions = (await findTopic(topic)).partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp }))
    const [answer] = await ask({ topic, right: 'DESCRIBE' }, () =>
      admin.listOffsets({ topics: [{ name: topic, partitions }] })
    )
    return new Map((answer?.partitions ?? []).map(each => [each.partitionIndex, Number(each.offset)]))
  }

  /**
   * Some records from each of these offsets on, in no order among partitions, and where to read on for each partition
   * that returned anything; transaction markers count, but are not shown.
   */
  function fetch(topic: string, from: Offsets, { bytesPerPartition = 256 * 1024, waitMs = 0 }: FetchOptions = {}) {
    return queue(async () => {
      const found = await findTopic(topic)
      const byLeader = Map.groupBy(from, ([partition]) => found.partitions[partition]?.leader ?? -1)
      const answers = [...byLeader].map(([node, places]) =>
        consumer.fetch({
          node,
          maxWaitTime: waitMs,
          minBytes: 1,
          maxBytes: bytesPerPartition * places.length,
          topics: [{ topicId: found.id, partitions: places.map(place => wantedPartition(place, bytesPerPartition)) }]
        })
      )
      const fetched = await ask({ topic, right: 'READ' }, () => Promise.all(answers))
      const topics = fetched.flatMap(({ responses }) => responses)
      const batches = topics.flatMap(({ partitions }) =>
        partitions.flatMap(({ partitionIndex: partition, records }) =>
          (records ?? []).map(batch => ({ partition, batch }))
        )
      )
      const records = batches.flatMap(found => recordsIn(topic, found))
      const next: Offsets = new Map(
        batches.map(({ partition, batch }) => [partition, Number(batch.firstOffset) + batch.lastOffsetDelta + 1])
      )
      return {
        records: await decode(records.filter(record => record.offset >= (from.get(record.partition) ?? 0))),
        next
      }
    })
  }

  return {
    offsets,
    /** A topic that is deleted and made again gets another id. */
    idOf: async (topic: string): Promise<string> => (await findTopic(topic)).id,
    /** Both ends of the log. */
    ends: (topic: string): Promise<readonly [first: Offsets, next: Offsets]> =>
      Promise.all([offsets(topic, 'earliest'), offsets(topic, 'latest')]),
    fetch,
    /** The first record at or after each of these offsets. */
    async firstAt(topic: string, offsets: Offsets): Promise<ReadonlyMap<number, StoredRecord>> {
      const first = new Map<number, StoredRecord>()
      // A broker promises a record larger than the bytes asked for only to the first partition of a request.
      for (const from of [offsets, ...[...offsets].map(place => new Map([place]))]) {
        if ([...from.keys()].every(partition => first.has(partition))) continue
        const { records } = await fetch(topic, from, { bytesPerPartition: 32 * 1024 })
        for (const record of records) if (!first.has(record.partition)) first.set(record.partition, record)
      }
      return first
    }
  }
}

function wantedPartition([partition, fetchOffset]: readonly [number, number], partitionMaxBytes: number) {
  const unknownEpoch = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 }
  return { partition, fetchOffset: BigInt(fetchOffset), partitionMaxBytes, ...unknownEpoch }
}

type Found = { readonly partition: number; readonly batch: RecordsBatch }

function recordsIn(topic: string, { partition, batch }: Found): StoredRecord[] {
  if ((batch.attributes & controlBatch) !== 0) return []
  return batch.records.map(record => ({
    topic,
    partition,
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestamp: timeOf(batch.firstTimestamp + record.timestampDelta),
    key: record.key,
    value: record.value,
    headers: record.headers.map(([name, value]) => [String(name ?? ''), value === null ? null : value.toString('utf8')])
  }))
}

export function mapOffsets(offsets: Offsets, change: (offset: number, partition: number) => number): Offsets {
  return new Map([...offsets].map(([partition, offset]) => [partition, change(offset, partition)]))
}

export function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0)
}

/** A place in a topic as text for an address: `0:120,1:88`, the offset of each partition. */
export function cursorText(offsets: Offsets): string {
  return [...offsets]
    .sort(([a], [b]) => a - b)
    .map(([partition, offset]) => `${partition}:${offset}`)
    .join(',')
}

export const cursorPattern = /^\d{1,6}:\d{1,16}(,\d{1,6}:\d{1,16}){0,4095}$/

export function offsetsFrom(cursor: string): Offsets {
  return new Map(
    cursor.split(',').map(part => {
      const [partition, offset] = part.split(':').map(Number)
      return [partition ?? 0, offset ?? 0]
    })
  )
}
