import type { ShownRecord } from '../api/kafka-schemas.ts'
import { keyText, outboxFields, type StoredRecord, textOf } from './decode-record.ts'
import { newestOf } from './read-page.ts'
import { mapOffsets, type Offsets, sum } from './record-reader.ts'
import { type Range, type RangeSource, scanRange } from './scan-range.ts'
import { showRecord } from './show-record.ts'

type Query = {
  /** Anywhere in key, value or headers, in any case. */
  readonly text?: string | undefined
  readonly key?: string | undefined
  readonly event?: string | undefined
}

type SearchOptions = RangeSource & {
  readonly query: Query
  /** Where to continue backwards; by default at the end of the topic. */
  readonly before?: Offsets | undefined
  /** Records before this time are not read. */
  readonly since?: Date | undefined
  readonly signal: AbortSignal
  readonly onHit: (record: ShownRecord) => void
  readonly onProgress: (progress: Progress) => void
}

type Progress = Readonly<Record<'scanned' | 'of' | 'hits', number>> & { readonly at: number | null }

type SearchEnd = Progress & {
  readonly why: 'all was searched' | 'enough was found' | 'a limit was reached' | 'cancelled'
  /** Where to continue. */
  readonly before: Offsets
}

/** How many offsets are read before the newest hits among them are reported. */
const windowRecords = 3_000
const mostHits = 100
const mostScanned = 500_000

/** Looks through a topic from its newest records backwards, and stops at the first of its bounds. */
export async function searchRecords(options: SearchOptions): Promise<SearchEnd> {
  const { reader, topic, signal } = options
  const since = options.since ?? 'earliest'
  const [first, next] = await Promise.all([reader.offsets(topic, since), reader.offsets(topic, 'latest')])
  const ends = new Map(mapOffsets(next, (end, partition) => Math.min(options.before?.get(partition) ?? end, end)))
  const start = (partition: number) => Math.min(first.get(partition) ?? 0, ends.get(partition) ?? 0)
  const of = distance(
    mapOffsets(ends, (_, partition) => start(partition)),
    ends
  )
  let progress: Progress = { scanned: 0, of, hits: 0, at: null }
  const end = (why: SearchEnd['why']): SearchEnd => ({ ...progress, why, before: ends })
  while ([...ends].some(([partition, offset]) => offset > start(partition))) {
    if (signal.aborted) return end('cancelled')
    if (progress.hits >= mostHits) return end('enough was found')
    if (progress.scanned >= mostScanned) return end('a limit was reached')
    const window = Math.ceil(windowRecords / ends.size)
    const from = mapOffsets(ends, (to, partition) => Math.max(start(partition), to - window))
    const { hits, at, searchedFrom } = await searchWindow(options, { from, to: ends })
    for (const hit of hits) options.onHit(hit)
    const scanned = progress.scanned + distance(searchedFrom, ends)
    for (const [partition, offset] of searchedFrom) ends.set(partition, offset)
    progress = { of, scanned, hits: progress.hits + hits.length, at: at ?? progress.at }
    options.onProgress(progress)
  }
  return end('all was searched')
}

/** The newest hundred hits of a window. They are all of its hits from `searchedFrom` on. */
async function searchWindow(options: SearchOptions, range: Range) {
  const matches = matcher(options.query)
  let found = newestOf([], mostHits, range.from)
  let at: number | null = null
  for await (const records of scanRange(options, range)) {
    for (const { timestamp } of records) at = Math.min(at ?? timestamp, timestamp)
    // Keeps only the shown form: a raw record keeps the whole fetched buffer in memory.
    found = newestOf([...found.kept, ...records.filter(matches).map(showRecord)], mostHits, found.from)
    if (options.signal.aborted) break
  }
  return { hits: found.kept, at, searchedFrom: found.from }
}

function distance(from: Offsets, to: Offsets): number {
  return sum(mapOffsets(to, (end, partition) => Math.max(0, end - (from.get(partition) ?? end))).values())
}

/** Whether a record fits a query. Text matches in any case, as it is written and as it is shown. */
export function matcher({ text, key, event }: Query): (record: StoredRecord) => boolean {
  const wanted = text === undefined ? undefined : patternOf(text)
  return record => {
    if (key !== undefined && keyText(record) !== key) return false
    if (event !== undefined && outboxFields(record).event !== event) return false
    return wanted === undefined || contains(record, wanted)
  }
}

/** The event's payload is JSON inside JSON: its quotes are escaped there, but a person types plain quotes. */
function patternOf(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('"', '\\\\?"'), 'iu')
}

function contains(record: StoredRecord, wanted: RegExp): boolean {
  const { key, headers } = record
  return [textOf(record), key && key.toString('utf8'), ...headers.flat()].some(
    text => text !== null && wanted.test(text)
  )
}
