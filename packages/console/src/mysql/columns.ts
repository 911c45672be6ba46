import type { Knex } from 'knex'
import { ConfigurationError } from './configuration-error.ts'

/** What the settings say of a table, and the variables that say it. */
export type Named = Readonly<
  Record<'table' | 'idColumn' | 'timeColumn' | 'timeZone' | 'zoneVariable' | 'variables', string>
>

/** What the columns of a table are, and so how they are asked for. */
export type Columns = {
  /** Selects the time as `__at`: milliseconds since 1970, NULL where there is none. */
  readonly time: Knex.Raw
  /** Whether the time has no zone of its own. */
  readonly isLocal: boolean
  /** Whether the ids are numbers that grow: then a greater id is a newer row, and no index on the time is needed. */
  readonly counts: boolean
  /** An id as the page shows it. */
  readonly textOf: (id: unknown) => string
  /** What the column holds for this id; undefined if it can't hold it. */
  readonly valueOf: (id: string) => Knex.Value | undefined
}

type Found = Readonly<Record<'name' | 'type', string>>

/** Looks up the types of the id and of the time. Missing ones are left to the query, whose error names them. */
export async function readColumns(db: Knex, named: Named): Promise<Columns> {
  const { table, idColumn, timeColumn, timeZone } = named
  const found: readonly Found[] = await db('information_schema.columns')
    .select('column_name as name', 'data_type as type')
    .where({ table_schema: db.raw('DATABASE()'), table_name: table })
    .timeout(1_500)
  const typeOf = (column: string) => found.find(({ name }) => name.toLowerCase() === column.toLowerCase())?.type ?? ''
  const timeType = typeOf(timeColumn)
  if (!['timestamp', 'datetime', ''].includes(timeType))
    throw new ConfigurationError(
      `${table}.${timeColumn} is a ${timeType}, not a TIMESTAMP or DATETIME. Check ${named.variables}`
    )
  const isLocal = timeType === 'datetime'
  if (isLocal) await requireTimeZone(db, named)
  const utc = isLocal ? `CONVERT_TZ(??, ?, '+00:00')` : '??'
  const values = isLocal ? [timeColumn, timeZone] : [timeColumn]
  // A Date would drop the microseconds, which decide which row was first.
  // Of a date that it can't count, UNIX_TIMESTAMP makes 0.
  return {
    time: db.raw(`NULLIF(UNIX_TIMESTAMP(${utc}), 0) * 1000 AS __at`, values),
    isLocal,
    ...idsOf(typeOf(idColumn))
  }
}

async function requireTimeZone(db: Knex, { table, timeColumn, timeZone, zoneVariable }: Named): Promise<void> {
  const [rows]: readonly { known: number }[][] = await db.raw(
    `SELECT CONVERT_TZ('2026-01-01', ?, '+00:00') IS NOT NULL AS known`,
    [timeZone]
  )
  if (rows?.[0]?.known !== 1)
    throw new ConfigurationError(
      `MySQL does not know the time zone ${timeZone} of ${table}.${timeColumn}. Check ${zoneVariable}: +09:00 always works`
    )
}

function idsOf(type: string): Pick<Columns, 'counts' | 'textOf' | 'valueOf'> {
  if (type.endsWith('int'))
    return { counts: true, textOf: String, valueOf: id => (/^\d{1,20}$/.test(id) ? id : undefined) }
  if (type.endsWith('binary'))
    return {
      counts: false,
      textOf: id => (Buffer.isBuffer(id) ? asUuid(id.toString('hex')) : String(id)),
      valueOf: id => (/^([\da-f]{2}|-)+$/i.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : undefined)
    }
  return { counts: false, textOf: String, valueOf: id => id }
}

/** 16 bytes as a UUID is written. */
function asUuid(hex: string): string {
  return hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : hex
}
