import { type Range, readRange } from './read-range.ts'
import type { Offsets, RecordReader } from './record-reader.ts'
import type { ShownRecord } from '../api/kafka-schemas.ts'

export type PagePlace = {
  readonly reader: RecordReader
  readonly topic: string
  readonly limit: number
  readonly partition?: number | undefined
}

export type Page = {
  /** Newest first. */
  readonly records: readonly ShownRecord[]
  /** Older records lie before these offsets; undefined when there are none. */
  readonly older: Offsets | undefined
  /** Newer records start at these offsets. */
  readonly newer: Offsets
}

const mostBytes = 8 * 1024 * 1024

/** The newest records before some offsets, of all partitions together, with bounded bytes whatever their size. */
export async function readBefore(place: PagePlace, before?: Offsets): Promise<Page> {
  const { reader, topic, limit } = place
  const [first, next] = await Promise.all([reader.offsets(topic, 'earliest'), reader.offsets(topic, 'latest')])
  const ends = only(
    place,
    new Map([...next].map(([partition, end]) => [partition, Math.min(before?.get(partition) ?? end, end)]))
  )
  const { from, records } = await readWindow(place, window => ({
    from: new Map([...ends].map(([partition, end]) => [partition, Math.max(first.get(partition) ?? 0, end - window)])),
    to: ends
  }))
  const shown = records.toSorted(newestFirst).slice(0, limit)
  const oldest = new Map(ends)
  // Records that were read but did not fit belong to the next page.
  for (const [partition, end] of ends)
    oldest.set(partition, lowestOf(shown, partition) ?? leftOut({ records, partition, end, from }))
  const more = [...oldest].some(([partition, offset]) => offset > (first.get(partition) ?? 0))
  return { records: shown, older: more ? oldest : undefined, newer: ends }
}

/** What came since some offsets, newest first; a backlog is cut to the newest. */
export async function readAfter(place: PagePlace, after: Offsets): Promise<Page> {
  const next = only(place, await place.reader.offsets(place.topic, 'latest'))
  const { records } = await readWindow(place, window => ({
    from: new Map(
      [...next].map(([partition, end]) => [partition, Math.max(after.get(partition) ?? end, end - window)])
    ),
    to: next
  }))
  return { records: records.toSorted(newestFirst).slice(0, place.limit), older: undefined, newer: next }
}

/** The records from a time on: the first ones, shown newest first. */
export async function readFrom(place: PagePlace, time: Date): Promise<Page> {
  const { reader, topic, limit } = place
  const [from, next] = await Promise.all([reader.offsets(topic, time), reader.offsets(topic, 'latest')])
  const start = only(place, from)
  const { records } = await readWindow(place, window => ({
    from: start,
    to: new Map(
      [...start].map(([partition, offset]) => [partition, Math.min(next.get(partition) ?? offset, offset + window)])
    )
  }))
  const shown = records.toSorted((a, b) => newestFirst(b, a)).slice(0, limit)
  const newer = new Map(start)
  for (const { partition, offset } of shown) newer.set(partition, Math.max(newer.get(partition) ?? 0, offset + 1))
  return { records: shown.toReversed(), older: start, newer }
}

type Window = { readonly from: Offsets; readonly records: readonly ShownRecord[] }

/** The records of a range of `limit` offsets in each partition; of fewer where the values are very large. */
async function readWindow(place: PagePlace, rangeOf: (window: number) => Range): Promise<Window> {
  for (let window = place.limit; ; window = Math.max(1, Math.floor(window / 4))) {
    const range = rangeOf(window)
    const records = await readRange(place, range, window === 1 ? Number.POSITIVE_INFINITY : mostBytes)
    if (records !== undefined) return { from: range.from, records }
  }
}

function only({ partition }: PagePlace, offsets: Offsets): Offsets {
  if (partition === undefined) return offsets
  return new Map([...offsets].filter(([each]) => each === partition))
}

type Placed = Pick<ShownRecord, 'partition' | 'offset' | 'timestamp'>

export function newestFirst(a: Placed, b: Placed): number {
  return b.timestamp - a.timestamp || (a.partition === b.partition ? b.offset - a.offset : a.partition - b.partition)
}

function lowestOf(records: readonly ShownRecord[], partition: number): number | undefined {
  const offsets = records.filter(record => record.partition === partition).map(({ offset }) => offset)
  return offsets.length === 0 ? undefined : Math.min(...offsets)
}

type Left = {
  readonly records: readonly ShownRecord[]
  readonly partition: number
  readonly end: number
  readonly from: Offsets
}

/** No record of this partition is on the page: newer ones filled it, or the range was empty and is skipped. */
function leftOut({ records, partition, end, from }: Left): number {
  return records.some(record => record.partition === partition) ? end : (from.get(partition) ?? end)
}
