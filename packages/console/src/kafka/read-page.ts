import type { RecordPage, ShownRecord } from '../api/kafka-schemas.ts'
import { type Range, readRange } from './read-range.ts'
import { cursorText, mapOffsets, type Offsets, type RecordReader } from './record-reader.ts'

export type PagePlace = {
  readonly reader: RecordReader
  readonly topic: string
  readonly limit: number
  readonly partition?: number | undefined
}

const mostBytes = 8 * 1024 * 1024

/** The newest records before some offsets, of all partitions together, with bounded bytes whatever their size. */
export async function readBefore(place: PagePlace, before?: Offsets): Promise<RecordPage> {
  const { reader, topic, limit } = place
  const [first, next] = await reader.ends(topic)
  const start = (partition: number) => first.get(partition) ?? 0
  const ends = mapOffsets(only(place, next), (end, partition) => Math.min(before?.get(partition) ?? end, end))
  const { from, records } = await readWindow(place, window => ({
    from: mapOffsets(ends, (end, partition) => Math.max(start(partition), end - window)),
    to: ends
  }))
  const items = records.toSorted(newestFirst).slice(0, limit)
  // Records that were read but did not fit belong to the next page; a range without records is skipped.
  const oldest = mapOffsets(ends, (end, partition) => {
    const shown = items.filter(record => record.partition === partition).map(({ offset }) => offset)
    if (shown.length > 0) return Math.min(...shown)
    return records.some(record => record.partition === partition) ? end : (from.get(partition) ?? end)
  })
  const more = [...oldest].some(([partition, offset]) => offset > start(partition))
  return { items, older: more ? cursorText(oldest) : null, newer: cursorText(ends) }
}

/** What came since some offsets, newest first; a backlog is cut to the newest. */
export async function readAfter(place: PagePlace, after: Offsets): Promise<RecordPage> {
  const next = only(place, await place.reader.offsets(place.topic, 'latest'))
  const { records } = await readWindow(place, window => ({
    from: mapOffsets(next, (end, partition) => Math.max(after.get(partition) ?? end, end - window)),
    to: next
  }))
  return { items: records.toSorted(newestFirst).slice(0, place.limit), older: null, newer: cursorText(next) }
}

/** The records from a time on: the first ones, shown newest first. */
export async function readFrom(place: PagePlace, time: Date): Promise<RecordPage> {
  const { reader, topic, limit } = place
  const [from, next] = await Promise.all([reader.offsets(topic, time), reader.offsets(topic, 'latest')])
  const start = only(place, from)
  const { records } = await readWindow(place, window => ({
    from: start,
    to: mapOffsets(start, (offset, partition) => Math.min(next.get(partition) ?? offset, offset + window))
  }))
  const shown = records.toSorted((a, b) => newestFirst(b, a)).slice(0, limit)
  const newer = new Map(start)
  for (const { partition, offset } of shown) newer.set(partition, Math.max(newer.get(partition) ?? 0, offset + 1))
  return { items: shown.toReversed(), older: cursorText(start), newer: cursorText(newer) }
}

/** The records of a range of `limit` offsets in each partition; of fewer where the values are very large. */
async function readWindow(place: PagePlace, rangeOf: (window: number) => Range) {
  for (let window = place.limit; ; window = Math.max(1, Math.floor(window / 4))) {
    const range = rangeOf(window)
    const records = await readRange(place, range, window === 1 ? Number.POSITIVE_INFINITY : mostBytes)
    if (records !== undefined) return { from: range.from, records }
  }
}

function only({ partition }: PagePlace, offsets: Offsets): Offsets {
  return partition === undefined ? offsets : new Map([...offsets].filter(([each]) => each === partition))
}

export function newestFirst(a: ShownRecord, b: ShownRecord): number {
  return b.timestamp - a.timestamp || (a.partition === b.partition ? b.offset - a.offset : a.partition - b.partition)
}
