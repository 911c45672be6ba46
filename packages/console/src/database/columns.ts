import type { Knex } from 'knex'
import { ConfigurationError } from './configuration-error.ts'
import { isPostgres } from './open-database.ts'

/** What the settings say of a table, and the fields that say it. */
export type Named = Readonly<
  Record<'table' | 'idColumn' | 'timeColumn' | 'timeZone' | 'zoneField' | 'fields', string>
> & {
  /** Only the rows with one of these values in this column; all if left out. */
  readonly filter?: { readonly column: string; readonly values: readonly string[] } | undefined
}

/** What the columns of a table are, and so how they are asked for. */
export type Columns = {
  /** Selects the time as `__at`: milliseconds since 1970, NULL where there is none. */
  readonly time: Knex.Raw
  /** Whether the time has no zone of its own. */
  readonly isLocal: boolean
  /** Whether the order by time has to say that NULL is the oldest, which MySQL knows by itself. */
  readonly nullsLast: boolean
  /**
   * Whether the ids are numbers that grow: then a greater id is a newer row, and no index on the time is needed. Not in a
   * view: it may have the rows to which something happened, in any order.
   */
  readonly counts: boolean
  /** What the column holds for this id; undefined if it can't hold it. */
  readonly valueOf: (id: string) => Knex.Value | undefined
  /** Finds the row of exactly this id, where the column's collation takes others for the same. */
  readonly exactly: ((id: string) => Knex.Raw) | undefined
}

type Found = Readonly<Record<'name' | 'type' | 'nullable', string>>

const mysql = {
  schema: 'DATABASE()',
  times: { zoned: 'timestamp', local: 'datetime' },
  timeTypes: 'a TIMESTAMP or DATETIME',
  // A Date would drop the microseconds, which decide which row was first.
  // Of a date that it can't count, UNIX_TIMESTAMP makes 0.
  milliseconds: (utc: string) => `NULLIF(UNIX_TIMESTAMP(${utc}), 0) * 1000`,
  inUtc: (column: string, _zone: string) => `CONVERT_TZ(${column}, ?, '+00:00')`,
  exactly: 'CONVERT(?? USING utf8mb4) COLLATE utf8mb4_0900_bin = ?'
}

const postgres = {
  schema: 'current_schema()',
  times: { zoned: 'timestamp with time zone', local: 'timestamp without time zone' },
  timeTypes: 'a timestamp',
  milliseconds: (utc: string) => `EXTRACT(EPOCH FROM ${utc}) * 1000`,
  // As an interval, because PostgreSQL counts the offset in a zone's name to the west.
  inUtc: (column: string, zone: string) => `${column} AT TIME ZONE ${/^[+-]/.test(zone) ? '?::interval' : '?'}`,
  exactly: '??::text COLLATE "C" = ?'
}

/** Looks up the types of the id and of the time. Missing ones are left to the query, whose error names them. */
export async function readColumns(db: Knex, named: Named): Promise<Columns> {
  const { table, idColumn, timeColumn, timeZone } = named
  const engine = isPostgres(db) ? postgres : mysql
  const ours = { table_schema: db.raw(engine.schema), table_name: table }
  const columns: readonly Found[] = await db('information_schema.columns')
    .select('column_name as name', 'data_type as type', 'is_nullable as nullable')
    .where(ours)
    .timeout(1_500)
  const views: readonly unknown[] = await db('information_schema.views').select('table_name').where(ours).timeout(1_500)
  const find = (column: string) => columns.find(({ name }) => name.toLowerCase() === column.toLowerCase())
  const [time, id] = [find(timeColumn), find(idColumn)]
  if (time !== undefined && !Object.values(engine.times).includes(time.type))
    throw new ConfigurationError(
      `${table}.${timeColumn} is a ${time.type}, not ${engine.timeTypes}. Check ${named.fields}`
    )
  const isLocal = time?.type === engine.times.local
  if (isLocal) await requireTimeZone(db, named)
  const utc = isLocal ? engine.inUtc('??', timeZone) : '??'
  const ids = idsOf(id?.type ?? '')
  return {
    time: db.raw(`${engine.milliseconds(utc)} AS __at`, isLocal ? [timeColumn, timeZone] : [timeColumn]),
    isLocal,
    nullsLast: isPostgres(db) && time?.nullable === 'YES',
    counts: ids.counts && views.length === 0,
    valueOf: ids.valueOf,
    exactly: ids.isText ? value => db.raw(engine.exactly, [idColumn, value]) : undefined
  }
}

async function requireTimeZone(db: Knex, { table, timeColumn, timeZone, zoneField }: Named): Promise<void> {
  if (await knowsTimeZone(db, timeZone)) return
  const engine = isPostgres(db) ? 'PostgreSQL' : 'MySQL'
  throw new ConfigurationError(
    `${engine} does not know the time zone ${timeZone} of ${table}.${timeColumn}. Check ${zoneField}: +09:00 always works`
  )
}

/** SQLSTATE: invalid parameter value, invalid format of an interval. */
const unknownZone = new Set(['22023', '22007'])

async function knowsTimeZone(db: Knex, timeZone: string): Promise<boolean> {
  if (!isPostgres(db)) {
    const known = `SELECT ${mysql.inUtc("'2026-01-01'", timeZone)} IS NOT NULL AS known`
    const [rows]: readonly { known: number }[][] = await db.raw(known, [timeZone])
    return rows?.[0]?.known === 1
  }
  return db.raw(`SELECT ${postgres.inUtc('now()', timeZone)}`, [timeZone]).then(
    () => true,
    (error: Error & { code?: string }) => {
      if (unknownZone.has(error.code ?? '')) return false
      throw error
    }
  )
}

type Ids = Pick<Columns, 'counts' | 'valueOf'> & { readonly isText: boolean }

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

function idsOf(type: string): Ids {
  const bits = { smallint: 16, integer: 32, bigint: 64 }[type]
  if (type.endsWith('int') || bits !== undefined) {
    // PostgreSQL refuses a number beyond the column's range.
    const fits = (id: string) => bits === undefined || String(BigInt.asIntN(bits, BigInt(id))) === id
    const isNumber = (id: string) => /^(0|-?[1-9]\d{0,19})$/.test(id) && fits(id)
    return { isText: false, counts: true, valueOf: id => (isNumber(id) ? id : undefined) }
  }
  if (type.endsWith('binary') || type === 'bytea')
    return {
      isText: false,
      counts: false,
      valueOf: id => (/^([\da-f]{2}|-)+$/.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : undefined)
    }
  if (type === 'uuid') return { isText: false, counts: false, valueOf: id => (uuid.test(id) ? id : undefined) }
  // No text of PostgreSQL holds it, and no id has it.
  // PostgreSQL fills its CHAR with blanks, and a cast takes them off.
  return { isText: type !== 'character', counts: false, valueOf: id => (id.includes('\u0000') ? undefined : id) }
}
