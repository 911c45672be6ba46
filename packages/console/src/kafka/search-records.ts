import { isObject, keyText, unwrapped } from './decode-record.ts'
import { readRange } from './read-page.ts'
import type { Offsets, RecordReader, StoredRecord } from './record-reader.ts'

export type Query = {
  /** Anywhere in key, value or headers, in any case. */
  readonly text?: string | undefined
  readonly key?: string | undefined
  readonly event?: string | undefined
}

export type SearchOptions = {
  readonly reader: RecordReader
  readonly topic: string
  readonly query: Query
  /** Where to go on backwards from; the end of the topic when not given. */
  readonly before?: Offsets | undefined
  /** Records before this time are not looked at. */
  readonly since?: Date | undefined
  readonly signal: AbortSignal
  readonly onHit: (record: StoredRecord) => void
  readonly onProgress: (progress: Progress) => void
}

export type Progress = {
  readonly scanned: number
  readonly of: number
  readonly hits: number
  readonly at: number | null
}

export type SearchEnd = Progress & {
  readonly why: 'all was searched' | 'enough was found' | 'a limit was reached' | 'cancelled'
  /** To go on from here. */
  readonly before: Offsets
}

const window = 1_500
const mostHits = 100
const mostScanned = 500_000

/** Looks through a topic from its newest records backwards, and stops at the first of its bounds. */
export async function searchRecords(options: SearchOptions): Promise<SearchEnd> {
  const { reader, topic, signal } = options
  const [first, next] = await Promise.all([
    reader.offsets(topic, options.since ?? 'earliest'),
    reader.offsets(topic, 'latest')
  ])
  const ends = new Map(
    [...next].map(([partition, end]) => [partition, Math.min(options.before?.get(partition) ?? end, end)])
  )
  const start = (partition: number) => Math.min(first.get(partition) ?? 0, ends.get(partition) ?? 0)
  const of = [...ends].reduce((sum, [partition, end]) => sum + end - start(partition), 0)
  const matches = matcher(options.query)
  let progress: Progress = { scanned: 0, of, hits: 0, at: null }
  const end = (why: SearchEnd['why']): SearchEnd => ({ ...progress, why, before: ends })
  while ([...ends].some(([partition, offset]) => offset > start(partition))) {
    if (signal.aborted) return end('cancelled')
    if (progress.hits >= mostHits) return end('enough was found')
    if (progress.scanned >= mostScanned) return end('a limit was reached')
    const from = new Map(
      [...ends].map(([partition, offset]) => [partition, Math.max(start(partition), offset - window)])
    )
    const records =
      (await readRange({ reader, topic, limit: window }, { from, to: ends, bytes: Number.POSITIVE_INFINITY })) ?? []
    const hits = records.filter(matches)
    for (const hit of hits) options.onHit(hit)
    const passed = [...ends].reduce((sum, [partition, offset]) => sum + offset - (from.get(partition) ?? offset), 0)
    for (const [partition, offset] of from) ends.set(partition, offset)
    const at = records.reduce(
      (oldest, { timestamp }) => Math.min(oldest, timestamp),
      progress.at ?? Number.POSITIVE_INFINITY
    )
    progress = {
      of,
      scanned: progress.scanned + passed,
      hits: progress.hits + hits.length,
      at: Number.isFinite(at) ? at : null
    }
    options.onProgress(progress)
  }
  return end('all was searched')
}

/** Whether a record fits a query. Text is looked for as it is written and as it is shown. */
export function matcher({ text, key, event }: Query): (record: StoredRecord) => boolean {
  const wanted = text?.toLowerCase()
  return record => {
    if (key !== undefined && keyText(record.key) !== key) return false
    if (event !== undefined && eventOf(record) !== event) return false
    return wanted === undefined || contains(record, wanted)
  }
}

function contains({ key, value, headers }: StoredRecord, wanted: string): boolean {
  if (value !== null) {
    const raw = value.toString('utf8').toLowerCase()
    // The event's payload is JSON inside JSON: its quotes are escaped there, and a person types them plain.
    if (raw.includes(wanted) || raw.replaceAll('\\"', '"').includes(wanted)) return true
  }
  if (key?.toString('utf8').toLowerCase().includes(wanted)) return true
  return headers.some(([name, text]) => name.toLowerCase().includes(wanted) || text?.toLowerCase().includes(wanted))
}

function eventOf({ value }: StoredRecord): unknown {
  const fields = unwrapped(value)
  return isObject(fields) ? fields['event'] : undefined
}
