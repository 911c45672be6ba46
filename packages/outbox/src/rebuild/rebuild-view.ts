import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { codeOf } from '../database-errors.ts'
import { pruneInbox } from '../inbox/prune-inbox.ts'
import { countParked } from '../parking/parked-commands.ts'
import { plain } from '../plain-knex.ts'
import { type Difference, differencesBetween, type Key, rowOf } from './compare-tables.ts'
import { refuseNumbered, refuseWhatSwapsLose } from './obstacles.ts'
import { createReading } from './reading.ts'
import { refused } from './refused.ts'
import { mostDifferences, settledDifferences } from './settled-differences.ts'
import { columnsOf, createRebuilt, dropRebuilt, swapIn, type Tables, tablesOf } from './shadow-table.ts'
import { untilGroupHasRead } from './until-group-has-read.ts'
import type { Rebuilt, RebuildOptions } from './view.ts'

/** Of each kind. */
const mostExamples = 3
/** Records after which a comparison would find much that is just being written. */
const farBehind = 1_000

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

  await refuseNumbered(db, view.table, view.ignored ?? [])
  if (options.swap) await refuseWhatSwapsLose(db, view.table)
  const columns = await prepareRebuilt(db, tables, name)
  const compared = columns.filter(column => !view.key.includes(column) && !(view.ignored ?? []).includes(column))
  const compare = (only?: readonly Key[]) =>
    differencesBetween(db, {
      tables,
      key: view.key,
      columns: compared,
      most: mostDifferences,
      ...(only === undefined ? {} : { only })
    })
  const { differences, unsettled } = await settledDifferences(compare, async () => {
    // After a long read, another one is due at once.
    for (let reads = 1; (await reading.readOn(tables.rebuilt, signal)) > farBehind && reads < 10; ) reads++
    await untilGroupHasRead({ ...options, ends: reading.ends() })
  })
  const report = {
    rows: await countRows(db, tables.rebuilt),
    differences,
    unsettled,
    examples: await examplesOf(db, tables, differences),
    shortened: reading.shortened()
  }
  if (!options.swap) {
    await dropRebuilt(db, tables)
    await forget(db, name)
    return { ...report, swapped: false }
  }
  if (!dropMissing) refuseLosses(tables.live, report)
  signal?.throwIfAborted()
  await reading.readOn(tables.rebuilt, signal)
  await swapPatiently(db, tables, signal)
  // What the group wrote into the other table since the last look. From here on no signal ends it.
  await reading.readOn(tables.live)
  await forget(db, name)
  return { ...report, swapped: true }
}

/** Continues a rebuild, or begins one. Resolves to the columns of the view. */
async function prepareRebuilt(db: Knex, tables: Tables, name: string): Promise<readonly string[]> {
  const columns = await columnsOf(db, tables.live)
  if (columns.length === 0) throw refused(`There is no table ${tables.live} in this database`)
  const isOpen = (await columnsOf(db, tables.rebuilt)).join() === columns.join()
  if (!isOpen || (await countParked(db, name)).events > 0) {
    // No rebuild to continue, or one of an older form of the table, or one that an event stopped.
    await dropRebuilt(db, tables)
    await forget(db, name)
    await createRebuilt(db, tables).catch(error => {
      throw isDenied(error) ? refused(explainDenied(tables), error) : error
    })
  }
  return columns
}

async function examplesOf(db: Knex, tables: Tables, differences: readonly Difference[]): Promise<Rebuilt['examples']> {
  const some = [...Map.groupBy(differences, ({ kind }) => kind).values()].flatMap(same => same.slice(0, mostExamples))
  return Promise.all(
    some.map(async difference => {
      const [live, rebuilt] = await Promise.all(
        [tables.live, tables.rebuilt].map(table => rowOf(db, table, difference.key))
      )
      return { ...difference, ...(live && { live }), ...(rebuilt && { rebuilt }) }
    })
  )
}

/** A long transaction on the table makes a try fail, and the next one may work. */
async function swapPatiently(db: Knex, tables: Tables, signal?: AbortSignal): Promise<void> {
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

/** MySQL's and PostgreSQL's codes for what an account may not do. */
const isDenied = (error: unknown) =>
  ['ER_TABLEACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', '42501'].includes(codeOf(error))

const explainDenied = ({ live, rebuilt }: Tables) =>
  `This account may not create ${rebuilt}: rebuild ${live} with the account that owns the database, which may create and rename tables`

async function countRows(db: Knex, table: string): Promise<number> {
  const [row] = await plain(db)(table).count({ rows: '*' })
  return Number(row?.['rows'])
}

function refuseLosses(table: string, { differences, shortened }: Pick<Rebuilt, 'differences' | 'shortened'>): void {
  // Of a row that the first records told of, the later ones may still tell a part.
  const lost = differences.filter(({ kind }) => kind === 'missing' || (kind === 'changed' && shortened.length > 0))
  if (lost.length === 0) return
  const cause =
    shortened.length === 0
      ? 'The handlers no longer write them, or no event tells of them'
      : `The first records of ${shortened.join(', ')} are gone by the topic's retention`
  const count = `${lost.length}${lost.length >= mostDifferences ? ' or more' : ''} rows of ${table}`
  const how = shortened.length === 0 ? 'are missing' : 'are missing or differ'
  throw refused(
    `${count} ${how} in the rebuilt table. ${cause}. See them without a swap, or swap with dropMissing (--drop-missing) if ` +
      'they may go'
  )
}
