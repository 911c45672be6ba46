import type { ShownRecord } from '../api/kafka-schemas.ts'
import { keyText, outboxFields, type StoredRecord, textOf } from './decode-record.ts'
import { newestOf } from './read-page.ts'
import { cursorText, mapOffsets, type Offsets, type RecordReader, sum } from './record-reader.ts'
import { type Range, scanRange } from './scan-range.ts'
import { showRecord } from './show-record.ts'
import type { Search } from './topic-inputs.ts'

type SearchOptions = Search & { readonly reader: RecordReader; readonly signal: AbortSignal }

type Progress = Readonly<Record<'scanned' | 'of' | 'hits', number>> & { readonly at: number | null }

type SearchEvent =
  | readonly ['hit', ShownRecord]
  | readonly ['progress', Progress]
  /** `before` is where to continue. */
  | readonly ['end', Progress & { readonly why: string; readonly before: string }]

/** How many offsets are read before the newest hits among them are reported. */
const windowRecords = 3_000
const mostHits = 100
const mostScanned = 500_000

/** Looks through a topic from its newest records backwards, and stops at the first of its bounds. */
export async function* searchRecords(options: SearchOptions): AsyncGenerator<SearchEvent> {
  const { reader, topic, since = 'earliest', signal } = options
  const [first, next] = await Promise.all([reader.offsets(topic, since), reader.offsets(topic, 'latest')])
  let ends = mapOffsets(next, (end, partition) => Math.min(options.before?.get(partition) ?? end, end))
  const start = mapOffsets(ends, (end, partition) => Math.min(first.get(partition) ?? 0, end))
  const of = distance(start, ends)
  let progress: Progress = { scanned: 0, of, hits: 0, at: null }
  const whyEnd = () => {
    if (progress.scanned === of) return 'all was searched'
    if (signal.aborted) return 'cancelled'
    if (progress.hits >= mostHits) return 'enough was found'
    return progress.scanned >= mostScanned ? 'a limit was reached' : undefined
  }
  for (let why = whyEnd(); ; why = whyEnd()) {
    if (why !== undefined) return yield ['end', { ...progress, why, before: cursorText(ends) }]
    const window = Math.ceil(windowRecords / ends.size)
    const from = mapOffsets(ends, (to, partition) => Math.max(start.get(partition) ?? 0, to - window))
    const { hits, at, searchedFrom } = await searchWindow(options, { from, to: ends })
    for (const hit of hits) yield ['hit', hit]
    ends = searchedFrom
    progress = { of, scanned: of - distance(start, ends), hits: progress.hits + hits.length, at: at ?? progress.at }
    yield ['progress', progress]
  }
}

/** The newest hundred hits of a window. They are all of its hits from `searchedFrom` on. */
async function searchWindow(options: SearchOptions, range: Range) {
  const matches = matcher(options)
  let found = newestOf([], mostHits, range.from)
  let at: number | null = null
  for await (const records of scanRange(options, range)) {
    for (const { timestamp } of records) if (timestamp !== null) at = Math.min(at ?? timestamp, timestamp)
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
export function matcher({ text, key, event }: Partial<Search>): (record: StoredRecord) => boolean {
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
