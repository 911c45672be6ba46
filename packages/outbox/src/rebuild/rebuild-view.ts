import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { replay, type ReplayOptions, windowOf } from '../consumer/run/replay.ts'
import type { HandlingOptions } from '../consumer/settle/handling.ts'
import { OutboxError } from '../errors.ts'
import { pruneInbox } from '../inbox/prune-inbox.ts'
import type { KafkaClient, OffsetWindow } from '../kafka/kafka-client.ts'
import { countParked } from '../parking/parked-commands.ts'
import { plain } from '../plain-knex.ts'
import { type Difference, differencesBetween, type Key, rowOf } from './compare-tables.ts'
import { columnsOf, createRebuilt, dropRebuilt, swapIn, tablesOf } from './shadow-table.ts'

/** A table that events alone write, and how they write it. */
export type View = {
  /** Of the database or schema that `db` is connected to. */
  readonly table: string
  /** The columns that name a row. */
  readonly key: readonly string[]
  /** Columns that needn't be equal after a rebuild, such as the time when a row was written. */
  readonly ignored?: readonly string[]
  /**
   * The handlers that write it, given the name of the table. Around a swap an event may be handled twice, and again
   * after later ones: once all have been handled, the row must be the same. Views of several topics need that anyway.
   */
  readonly topics: (table: string) => HandlingOptions['topics']
}

/** Which view is rebuilt, and what becomes of it. Times are in milliseconds. */
export type RebuildOptions = Pick<HandlingOptions, 'logger' | 'decoding' | 'lanes' | 'batchSize'> & {
  readonly view: View
  /** With an account that may create and rename tables. */
  readonly db: Knex
  readonly kafka: KafkaClient
  /** The consumer group that keeps the live table up to date, meanwhile and afterwards. */
  readonly group: string
  /** Puts the rebuilt table in the place of the live one; false only reports the differences. */
  readonly swap: boolean
  /** Swaps also if rows of the live table are missing in the rebuilt one. */
  readonly dropMissing?: boolean
  /** How long to wait for the group to have read what was there when the comparison began; 60,000 by default. */
  readonly groupTimeoutMs?: number
  /** Ends the rebuild between two transactions. The same call again continues. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** How many records are read of those that the topics had at the last look. */
export type Progress = { readonly read: number; readonly total: number }

/** What a rebuild has found, and whether it was swapped in. */
export type Rebuilt = {
  readonly swapped: boolean
  /** Of the rebuilt table. */
  readonly rows: number
  /** At most 1,000, after the rows that events were just changing have been looked at again. */
  readonly differences: readonly Difference[]
  /** Some of them, with both rows. */
  readonly examples: readonly (Difference & { readonly live?: object; readonly rebuilt?: object })[]
  /** The topics that no longer have their first records: rows that only those tell of are missing. */
  readonly shortened: readonly string[]
}

const mostDifferences = 1_000
const mostExamples = 5
const rounds = 5

/**
 * Rebuilds a view from all that its topics hold, beside the one that serves, and compares the two row by row. With `swap`
 * the rebuilt one then takes its place in one statement, and the group goes on with it: no request fails, and no event is
 * missed. The table that served before stays as `TABLE_old` until the next swap. A repeat after a kill continues where it
 * ended. Rejects with `REBUILD_REFUSED`, with nothing swapped, if an event can't be handled, the group doesn't read, or
 * rows would be lost.
 */
export async function rebuildView(options: RebuildOptions): Promise<Rebuilt> {
  const { view, db, signal, dropMissing = false } = options
  const tables = tablesOf(view.table)
  const name = `rebuild/${view.table}`
  const reading = createReading(options, name)

  const columns = await columnsOf(db, tables.live)
  if (columns.length === 0) throw refused(`There is no table ${tables.live} in this database`)
  const isOpen = (await columnsOf(db, tables.rebuilt)).join() === columns.join()
  if (!isOpen || (await countParked(db, name)).events > 0) {
    // No rebuild to continue, or one of an older form of the table, or one that an event stopped.
    await dropRebuilt(db, tables)
    await forget(db, name)
    await createRebuilt(db, tables)
  }
  const compared = columns.filter(column => !view.key.includes(column) && !(view.ignored ?? []).includes(column))
  const compare = (only?: readonly Key[]) =>
    differencesBetween(db, {
      tables,
      key: view.key,
      columns: compared,
      most: mostDifferences,
      ...(only === undefined ? {} : { only })
    })

  let differences: readonly Difference[] = []
  let suspects: readonly Key[] | undefined
  for (let round = 1; round <= rounds; round++) {
    await reading.readOn(tables.rebuilt, signal)
    await untilGroupHasRead({ ...options, ends: reading.ends() })
    differences = await compare(suspects)
    if (differences.length === 0 || differences.length === mostDifferences) break
    // An event that came meanwhile may be in one table only: these rows are looked at again.
    suspects = differences.map(({ key }) => key)
  }
  const report = {
    rows: await countRows(db, tables.rebuilt),
    differences,
    examples: await examplesOf(differences),
    shortened: reading.shortened()
  }
  if (!options.swap) {
    await dropRebuilt(db, tables)
    await forget(db, name)
    return { ...report, swapped: false }
  }
  const missing = differences.filter(({ kind }) => kind === 'missing').length
  if (missing > 0 && !dropMissing) throw refused(explainMissing(tables.live, missing, report.shortened))
  signal?.throwIfAborted()
  await reading.readOn(tables.rebuilt, signal)
  await swapPatiently(db, tables, signal)
  // What the group wrote into the other table since the last look. From here on no signal ends it.
  await reading.readOn(tables.live)
  await forget(db, name)
  return { ...report, swapped: true }

  function examplesOf(all: readonly Difference[]) {
    return Promise.all(
      all.slice(0, mostExamples).map(async difference => {
        const [live, rebuilt] = await Promise.all(
          [tables.live, tables.rebuilt].map(table => rowOf(db, table, difference.key))
        )
        return { ...difference, ...(live && { live }), ...(rebuilt && { rebuilt }) }
      })
    )
  }
}

/** Reads the topics on from where the last read ended. */
function createReading({ view, db, kafka, logger, onProgress, ...options }: RebuildOptions, name: string) {
  type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>>
  let ends: Ends | undefined
  let shortened: readonly string[] = []

  /** Without `signal` nothing ends it early. */
  async function readOn(table: string, signal?: AbortSignal): Promise<void> {
    const topics = view.topics(table)
    const total = onProgress === undefined ? 0 : await sizeOf(Object.keys(topics))
    let read = 0
    const one = () => onProgress?.({ read: ++read, total })
    const { decoding, lanes, batchSize } = options
    const chosen = { ...(decoding && { decoding }), ...(lanes && { lanes }), ...(batchSize && { batchSize }) }
    const observe = { handled: one, duplicate: one, ignored: one, parked: one }
    const part: ReplayOptions = { kafka, db, logger, name, topics, observe, ...chosen }
    const { windows, parked } = await replay({
      ...part,
      ...(ends && { from: ends }),
      ...(signal && { signal })
    })
    if (ends === undefined)
      shortened = [...windows].flatMap(([topic, window]) =>
        [...window.values()].some(({ from }) => from > 0n) ? topic : []
      )
    ends = new Map(
      [...windows].map(([topic, window]) => [topic, new Map([...window].map(([partition, { to }]) => [partition, to]))])
    )
    if (parked.events > 0)
      throw refused(
        `${parked.events} events can't be handled and are parked under ${name}: see them with outboxctl parked, mend ` +
          'the cause, and rebuild again'
      )
  }

  async function sizeOf(topics: readonly string[]): Promise<number> {
    const windows = await Promise.all(topics.map(topic => windowOf({ kafka, topic, from: ends?.get(topic) })))
    return windows.reduce(
      (sum, window) => sum + [...window.values()].reduce((size, { from, to }) => size + Number(to - from), 0),
      0
    )
  }

  return { readOn, ends: (): Ends => ends ?? new Map(), shortened: () => shortened }
}

type Waiting = Pick<RebuildOptions, 'kafka' | 'group' | 'signal' | 'groupTimeoutMs'> & {
  readonly ends: ReadonlyMap<string, ReadonlyMap<number, bigint>>
}

/** Waits until the group has settled what the rebuilt table has. */
async function untilGroupHasRead({ kafka, group, ends, signal, groupTimeoutMs = 60_000 }: Waiting): Promise<void> {
  const until = performance.now() + groupTimeoutMs
  for (const [topic, partitions] of ends)
    for (let looks = 1; ; looks++) {
      const committed = await kafka.committed(group, topic)
      const behind = [...partitions].flatMap(([partition, to]) => {
        const from = committed.get(partition) ?? 0n
        return from < to ? [[partition, { from, to }] as const] : []
      })
      if (behind.length === 0) break
      // A transactional writer leaves markers at the end, which no committed offset passes.
      if (looks % 20 === 0 && !(await hasRecords(kafka, topic, new Map(behind)))) break
      signal?.throwIfAborted()
      if (performance.now() > until)
        throw refused(
          `The group ${group} has not read partition ${behind.map(([partition]) => partition).join(', ')} of ${topic} as ` +
            `far as the rebuilt table within ${groupTimeoutMs} ms: see that its consumer runs, and rebuild again`
        )
      await sleep(100, undefined, { signal })
    }
}

async function hasRecords(kafka: KafkaClient, topic: string, window: OffsetWindow): Promise<boolean> {
  let found = false
  await kafka.read({ topic, window, onRecords: async (_, records) => void (found ||= records.length > 0) })
  return found
}

/** A long transaction on the table makes a try fail, and the next one may work. */
async function swapPatiently(db: Knex, tables: ReturnType<typeof tablesOf>, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await swapIn(db, tables)
    } catch (error) {
      if (attempt === 5) throw error
      await sleep(1_000, undefined, { signal })
    }
}

/** Removes all that the inbox tables know of the rebuild. */
async function forget(db: Knex, consumer: string): Promise<void> {
  // In small batches, as the group uses the table too. No row is from the future, so this is all of them.
  await pruneInbox(db, { consumer, olderThanMs: -86_400_000 })
  for (const table of ['parked_event', 'parked_key', 'inbox_attempt'])
    await plain(db)(table).where({ consumer }).delete()
}

async function countRows(db: Knex, table: string): Promise<number> {
  const [row] = await plain(db)(table).count({ rows: '*' })
  return Number(row?.['rows'])
}

function explainMissing(table: string, missing: number, shortened: readonly string[]): string {
  const cause =
    shortened.length === 0
      ? 'The handlers no longer write them, or no event tells of them'
      : `The first records of ${shortened.join(', ')} are gone by the topic's retention`
  const count = missing === mostDifferences ? `${missing} or more` : missing
  return `${count} rows of ${table} are missing in the rebuilt table. ${cause}. Swap with dropMissing if they may go`
}

function refused(message: string): OutboxError {
  return new OutboxError('REBUILD_REFUSED', message)
}
