import type { Hop } from '../hops/index.ts'
import { CommandError } from './edge.ts'
import { isPostgresUrl } from './open-database.ts'

type Rows = {
  readonly table: string
  readonly id: string
  readonly time: string
  /** Of a time without one of its own. */
  readonly zone?: string | undefined
  /** The column that names the event of a row, and the events whose rows count. */
  readonly only?: { readonly column: string; readonly events: readonly string[] } | undefined
}

/** The query for rows of a table, in a database of this URL. */
function queryFor({ table, id, time, zone, only }: Rows, url: string): string {
  const at = zone === undefined ? time : inUtc(time, zone, isPostgresUrl(url))
  const events = only?.events.map(event => `'${event}'`).join(', ')
  const among = only === undefined ? '' : ` AND ${only.column} IN (${events})`
  return `SELECT ${id} AS aggregate_id, ${at} AS at FROM ${table} WHERE ${at} >= :since${among}`
}

/** `table(id,time)` or, for a time without a zone that isn't in UTC, `table(id,time,+09:00)` as a query. */
export function queryIn(option: 'committed' | 'effects', rows: string, url: string): string {
  const pattern = /^([\w.]+)\((\w+), ?(\w+)(?:, ?([+-]\d\d:\d\d|[A-Za-z][\w/+-]*))?\)$/
  const [, table, id, time, zone] = pattern.exec(rows) ?? []
  if (table !== undefined && id !== undefined && time !== undefined) return queryFor({ table, id, time, zone }, url)
  const given = rows === '' ? `Which rows are ${option}?` : `--${option} is not TABLE(ID,TIME[,ZONE]): ${rows}.`
  const example = option === 'committed' ? 'customer_order(id,created_at)' : 'delivery(order_id,delivered_at)'
  throw new CommandError(`${given} Name them, such as --${option} "${example}", or give a query with --${option}-sql`)
}

/** The queries of a hop; undefined for a table that it doesn't name. */
export function queriesOf(
  { aggregate, effect, events }: Hop,
  urls: { readonly source: string; readonly target: string }
) {
  // A time with a zone of its own is none to convert.
  const named = (zone: string) => (zone === '+00:00' ? undefined : zone)
  const { eventColumn: column } = effect
  const committed = aggregate.table && {
    table: aggregate.table,
    id: aggregate.idColumn,
    time: aggregate.createdAtColumn,
    zone: named(aggregate.timeZone)
  }
  const effects = effect.table && {
    table: effect.table,
    id: effect.aggregateIdColumn,
    time: effect.appliedAtColumn,
    zone: named(effect.timeZone),
    only: column === undefined || events === undefined ? undefined : { column, events }
  }
  return {
    committed: committed && queryFor(committed, urls.source),
    effects: effects && queryFor(effects, urls.target)
  }
}

function inUtc(column: string, zone: string, isPostgres: boolean): string {
  if (!isPostgres) return `CONVERT_TZ(${column}, '${zone}', '+00:00')`
  // As an interval, because PostgreSQL counts the offset in a zone's name to the west.
  return /^[+-]/.test(zone) ? `(${column} AT TIME ZONE INTERVAL '${zone}')` : `(${column} AT TIME ZONE '${zone}')`
}
