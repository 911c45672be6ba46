import type { RecordPage, ShownRecord } from '../api/kafka-schemas.ts'
import { cursorText, mapOffsets, type Offsets, sum } from './record-reader.ts'
import { type Range, scanRange } from './scan-range.ts'
import { showRecord } from './show-record.ts'
import type { PageOptions } from './topic-inputs.ts'

const mostBytes = 8 * 1024 * 1024

/** The records from a time on, or else the newest: all, or those between two cursors. */
export function readPage(options: PageOptions): Promise<RecordPage> {
  return options.at === undefined || options.after ? readNewest(options) : readFrom(options, options.at)
}

/** The newest records of all partitions together, with bounded bytes whatever their size. */
async function readNewest({ after, before, ...place }: PageOptions): Promise<RecordPage> {
  const [first, next] = await place.reader.ends(place.topic)
  const start = (partition: number) => Math.max(first.get(partition) ?? 0, after?.get(partition) ?? 0)
  // A partition that the cursor doesn't name is left out.
  const ends = mapOffsets(next, (end, partition) => (before ? Math.min(before.get(partition) ?? 0, end) : end))
  const { from, records } = await readWindow(place, window => ({
    from: mapOffsets(ends, (end, partition) => Math.max(start(partition), end - window)),
    to: ends
  }))
  const { kept, from: oldest } = newestOf(records, place.limit, from)
  const more = [...oldest].some(([partition, offset]) => offset > start(partition))
  return { items: kept, older: more ? cursorText(oldest) : null, newer: cursorText(ends) }
}

/** The records from a time on: the first ones, shown newest first. */
async function readFrom(place: PageOptions, time: Date): Promise<RecordPage> {
  const { reader, topic, limit } = place
  const [from, next] = await Promise.all([reader.offsets(topic, time), reader.offsets(topic, 'latest')])
  const { records } = await readWindow(place, window => ({
    from,
    to: mapOffsets(from, (offset, partition) => Math.min(next.get(partition) ?? offset, offset + window))
  }))
  const items = records.toSorted(newestFirst).slice(-limit)
  const newer = new Map(from)
  for (const { partition, offset } of items) newer.set(partition, Math.max(newer.get(partition) ?? 0, offset + 1))
  return { items, older: cursorText(from), newer: cursorText(newer) }
}

/** The records of a range of `limit` offsets in each partition; of fewer where the values are very large. */
async function readWindow(place: PageOptions, rangeOf: (window: number) => Range) {
  for (let window = place.limit; ; window = Math.max(1, Math.floor(window / 4))) {
    const range = rangeOf(window)
    // Keeps only the shown form: a raw record keeps the whole fetched buffer in memory.
    const records: ShownRecord[] = []
    const isTooMuch = () => window > 1 && sum(records.map(({ bytes }) => bytes)) > mostBytes
    for await (const piece of scanRange(place, range)) {
      records.push(...piece.map(showRecord))
      if (isTooMuch()) break
    }
    if (!isTooMuch()) return { from: range.from, records }
  }
}

/** The newest of the records from some offsets on. They are all that there are from the returned `from` on. */
export function newestOf(records: readonly ShownRecord[], most: number, from: Offsets) {
  const kept = records.toSorted(newestFirst)
  const raised = new Map(from)
  for (const { partition, offset } of kept.splice(most))
    raised.set(partition, Math.max(raised.get(partition) ?? 0, offset + 1))
  return { kept, from: raised }
}

function newestFirst(a: ShownRecord, b: ShownRecord): number {
  const age = (b.timestamp ?? 0) - (a.timestamp ?? 0)
  return age || (a.partition === b.partition ? b.offset - a.offset : a.partition - b.partition)
}
