import { outboxFields, type StoredRecord } from '../kafka/decode-record.ts'
import { mapOffsets, type Offsets } from '../kafka/record-reader.ts'
import { type RangeSource, scanRange } from '../kafka/scan-range.ts'

type RecordSource = RangeSource & { readonly events: readonly string[] | undefined; readonly signal: AbortSignal }
type Ends = readonly [first: Offsets, next: Offsets]

type Wanted = {
  readonly aggregateId: string
  /** When its row was committed; undefined: only the end of the topic is searched. */
  readonly committedAt: number | undefined
}

/** Commits become visible a little before or after the time in their row. */
const earlierMs = 2_000
const laterMs = 5_000
const mostScanned = 6_000

/**
 * Finds the record of an aggregate's event in a topic of any size: by halving on the records' own times, which grow with
 * the offset, then by reading on for a bounded while.
 */
export async function findRecord(source: RecordSource, wanted: Wanted): Promise<StoredRecord | undefined> {
  const { reader, topic, events, signal } = source
  const { aggregateId, committedAt } = wanted
  const ends = await reader.ends(topic)
  const [first, next] = ends
  const from =
    committedAt === undefined
      ? mapOffsets(next, (end, partition) => Math.max(first.get(partition) ?? 0, end - 2_000))
      : await halve(source, ends, committedAt - earlierMs)
  const to = new Map(next)
  const until = (committedAt ?? Number.POSITIVE_INFINITY) + laterMs
  let scanned = 0
  for await (const records of scanRange(source, { from, to })) {
    for (const record of records) {
      const fields = outboxFields(record)
      if (fields.eventId === aggregateId && (events === undefined || events.includes(fields.event ?? ''))) return record
      if ((fields.createdAt ?? 0) > until) to.set(record.partition, record.offset)
    }
    scanned += records.length
    if (scanned >= mostScanned || signal.aborted) return undefined
  }
  return undefined
}

/** For each partition an offset before which everything is older than `before`. */
async function halve({ reader, topic, signal }: RecordSource, ends: Ends, before: number): Promise<Offsets> {
  const [low, high] = [new Map(ends[0]), new Map(ends[1])]
  while (!signal.aborted) {
    const middles = new Map<number, number>()
    for (const [partition, start] of low) {
      const end = high.get(partition) ?? start
      if (end - start > 100) middles.set(partition, Math.floor((start + end) / 2))
    }
    if (middles.size === 0) break
    const records = await reader.firstAt(topic, middles)
    for (const [partition, middle] of middles) {
      const found = records.get(partition)
      const time = found && (outboxFields(found).createdAt ?? found.timestamp ?? undefined)
      if (time !== undefined && time < before) low.set(partition, middle)
      else high.set(partition, middle)
    }
  }
  return low
}
