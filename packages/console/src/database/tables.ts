import { idInColumn } from '@outbox-cdc/outbox'
import { RefusedError } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { duration } from '../page/format.js'
import { type Columns, type Named, readColumns } from './columns.ts'
import { ConfigurationError } from './configuration-error.ts'
import { isPostgres } from './open-database.ts'

/** A row of the table that causes events (the aggregates), or of the table that the consumer writes (their effects). */
export type Row = {
  /** The aggregate's id. */
  readonly id: string
  /** When it was committed or applied: milliseconds since 1970, with their fraction. Undefined where its column doesn't say. */
  readonly at: number | undefined
  /** Its other columns. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** The time of each row that exists; undefined where its column doesn't say. */
export type Times = ReadonlyMap<string, number | undefined>

export type Table = ReturnType<typeof createTable>

/** Counts stop here: a sample each second must stay cheap. */
const mostCounted = 20_000
const answerTimeoutMs = 1_500

/** The table whose rows cause the events; undefined without settings. */
export function openAggregates({ name, aggregate }: Hop, db: Knex | undefined): Table | undefined {
  const { table, idColumn, createdAtColumn: timeColumn, timeZone } = aggregate
  if (db === undefined || table === undefined) return undefined
  const fields = `aggregate.table, aggregate.idColumn and aggregate.createdAtColumn of the hop ${name}`
  return createTable(db, { table, idColumn, timeColumn, timeZone, zoneField: 'aggregate.timeZone', fields })
}

/** The table that the consumer writes; undefined without settings. */
export function openEffects({ name, effect, events }: Hop, db: Knex | undefined): Table | undefined {
  const { table, aggregateIdColumn: idColumn, appliedAtColumn: timeColumn, timeZone, eventColumn: column } = effect
  if (db === undefined || table === undefined) return undefined
  const filter = column === undefined || events === undefined ? undefined : { column, values: events }
  const named = `effect.table, effect.aggregateIdColumn${filter ? ', effect.eventColumn' : ''} and effect.appliedAtColumn`
  const fields = `${named} of the hop ${name}`
  return createTable(db, { table, idColumn, timeColumn, timeZone, zoneField: 'effect.timeZone', fields, filter })
}

function createTable(db: Knex, named: Named) {
  const { table, idColumn, timeColumn, fields, filter } = named
  let known: Promise<Columns> | undefined

  /** What the columns are, asked once; a wrong setting is asked about again, because a person may add the column. */
  async function columns(): Promise<Columns> {
    known ??= readColumns(db, named)
    return known.catch((error: unknown) => {
      known = undefined
      throw error
    })
  }

  async function explained<T>(ask: (columns: Columns) => PromiseLike<T>): Promise<T> {
    try {
      return await ask(await columns())
    } catch (error) {
      const { code = '', message, sqlMessage } = error as Error & { code?: string; sqlMessage?: string }
      // Knex puts the statement before it.
      const words = sqlMessage ?? message.split(' - ').at(-1)
      if (forbidden.has(code)) throw refusal(db, words ?? message, error)
      if (!missing.has(code)) throw error
      known = undefined
      throw new ConfigurationError(`${words}. Check ${fields}`, { cause: error })
    }
  }

  const all = () => {
    const query = db(table)
    if (filter !== undefined) void query.whereIn(filter.column, [...filter.values])
    return query
  }
  const rows = ({ time }: Columns) => all().select('*', time).timeout(answerTimeoutMs)
  /** The rows of this id. Another may be the same to the column's collation. */
  const only =
    ({ exactly }: Columns, id: string, value: Knex.Value) =>
    (query: Knex.QueryBuilder) => {
      void query.where(idColumn, value)
      if (exactly !== undefined) void query.where(exactly(id))
    }

  /**
   * The rows on one side of a row, in the order in which the table was written as far as its columns tell: a row without
   * a time is older than any other.
   */
  async function beside(side: '<' | '>', id: string, columns: Columns) {
    const value = columns.valueOf(id)
    if (value === undefined) return (query: Knex.QueryBuilder) => void query.whereRaw('1 = 0')
    if (columns.counts) return (query: Knex.QueryBuilder) => void query.where(idColumn, side, value)
    const time = () =>
      db(table)
        .select(timeColumn)
        .where(only(columns, id, value))
        .limit(1)
    const [row] = await time().timeout(answerTimeoutMs)
    const isDated = row !== undefined && row[timeColumn] !== null
    return (query: Knex.QueryBuilder) => {
      void query.where(same => void same.where(timeColumn, isDated ? time() : null).where(idColumn, side, value))
      if (isDated) void query.orWhere(timeColumn, side, time())
      if (isDated && side === '<') void query.orWhereNull(timeColumn)
      if (!isDated && side === '>') void query.orWhereNotNull(timeColumn)
    }
  }

  const rowsOf = (raws: readonly Record<string, unknown>[]): readonly Row[] =>
    raws.map(raw => {
      const { [idColumn]: id, [timeColumn]: _time, __at: at, ...others } = raw
      return { id: idInColumn(id), at: timeIn(at), columns: others }
    })

  return {
    db,
    newest: (limit: number, before?: string): Promise<readonly Row[]> =>
      explained(async found => {
        const query = rows(found)
        if (!found.counts) void query.orderBy(timeColumn, 'desc', found.nullsLast ? 'last' : undefined)
        void query.orderBy(idColumn, 'desc')
        if (before !== undefined) void query.where(await beside('<', before, found))
        const newest = rowsOf(await query.limit(limit))
        if (found.isLocal) requireNoFuture(newest, named)
        return newest
      }),
    find: (id: string): Promise<Row | undefined> =>
      explained(async found => {
        const value = found.valueOf(id)
        if (value === undefined) return undefined
        return rowsOf(
          await rows(found)
            .where(only(found, id, value))
            .limit(1)
        ).find(row => row.id === id)
      }),
    /** The times of these rows; those that do not exist are left out. */
    times: (ids: readonly string[]): Promise<Times> =>
      explained(async ({ time, valueOf }) => {
        const values = ids.flatMap(id => valueOf(id) ?? [])
        const query = all()
          .select(`${idColumn} as __id`, time)
          .whereIn(idColumn, values as string[])
          .timeout(answerTimeoutMs)
        return new Map((await query).map(({ __id, __at }) => [idInColumn(__id), timeIn(__at)]))
      }),
    /** How many rows came after this one, or all, up to a bound. */
    countAfter: (id: string | undefined): Promise<number> =>
      explained(async found => {
        const query = all().select(db.raw('1'))
        if (id !== undefined) void query.where(await beside('>', id, found))
        return countUpTo(db, query)
      })
  }
}

/** NULL and PostgreSQL's infinity are no time; Number would make 1970 of NULL. */
const timeIn = (at: unknown): number | undefined =>
  at === null || !Number.isFinite(Number(at)) ? undefined : Number(at)

/** A table or a column that doesn't exist. */
const missing = new Set(['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR', '42P01', '42703'])

/** A right that the account lacks. */
const forbidden = new Set(['ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR', '42501'])

function refusal(db: Knex, words: string, cause: unknown): RefusedError {
  const { host, port, user } = db.client.config.connection
  const name = isPostgres(db) ? 'PostgreSQL' : 'MySQL'
  return new RefusedError(`${name} at ${host}:${port} refuses ${user}: ${words}.`, { cause })
}

/** Clocks differ less than time zones do. */
export const mostSkewMs = 600_000

function requireNoFuture(rows: readonly Row[], { table, timeColumn, timeZone, zoneField }: Named): void {
  const ahead = Math.max(...rows.map(({ at }) => at ?? 0)) - Date.now()
  if (ahead > mostSkewMs)
    throw new ConfigurationError(
      `${table}.${timeColumn} is ${duration(ahead)} ahead of the clock, so it is not in ${timeZone}. Set ${zoneField}`
    )
}

/** How many rows a query finds, up to `mostCounted`. */
export async function countUpTo(db: Knex, query: Knex.QueryBuilder): Promise<number> {
  const counted = await db.from(query.limit(mostCounted).as('some')).count({ n: '*' }).timeout(answerTimeoutMs)
  return Number(counted[0]?.['n'] ?? 0)
}

const withheld = new Set([
  'ER_NO_SUCH_TABLE',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
  '42P01',
  '42501'
])

/** Undefined where a table or a right is missing: the page shows other pipelines too, and not each has both. */
export async function optional<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && withheld.has(String(error.code))) return undefined
    throw error
  }
}
