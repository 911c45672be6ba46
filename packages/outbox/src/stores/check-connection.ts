import type { Knex } from 'knex'
import type { AggregateIdKind } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import type { PayloadColumn } from './payload.ts'
import type { PendingEvent, StoreName } from './store.ts'

export const columnTypes: Readonly<Record<PayloadColumn, string>> = { json: 'JSON', bytes: 'MEDIUMBLOB' }

/** The type of `event_id`. 255 characters hold 255 bytes of UTF-8, and this collation changes and equates nothing. */
export const idTypes: Readonly<Record<AggregateIdKind, string>> = {
  integer: 'BIGINT',
  string: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin'
}

/** Runs a query and resolves to its rows, by knex or by mysql2. */
export type ReadRows = (sql: string) => Promise<readonly Record<string, unknown>[]>

// One round trip, because each new connection of a writer asks it.
const typeOf = (column: string) => `(SELECT DATA_TYPE FROM information_schema.COLUMNS AS c
     WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.COLUMN_NAME = '${column}') AS ${column}`
const query = `SELECT DATABASE() AS name, t.ENGINE AS engine, ${typeOf('payload')}, ${typeOf('event_id')}, ${typeOf('actor')},
    @@log_bin AS log_bin, @@SESSION.sql_log_bin AS sql_log_bin, @@SESSION.binlog_format AS binlog_format,
    @@SESSION.binlog_row_image AS binlog_row_image, @@SESSION.max_allowed_packet AS most_bytes
  FROM (SELECT 1) AS one
  LEFT JOIN information_schema.TABLES AS t ON t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = 'outbox'`

/** The table that is expected: for which store it was made, and the types of its payload and its aggregate ids. */
export type ExpectedTable = {
  readonly store: StoreName
  readonly column?: PayloadColumn | undefined
  readonly aggregateId?: AggregateIdKind | undefined
}

/** What a writer needs to know of its connection: the database, the most bytes of one statement, and what the table holds. */
export type Connected = TableFacts & { readonly database: string; readonly mostBytes: number }

/** What ids are, and whether there is a column for actors. */
export type TableFacts = { readonly ids: AggregateIdKind; readonly actors: boolean }

/**
 * Rejects a connection whose events wouldn't get into the binlog as Debezium reads it, a table of another store, where
 * rows would pile up or be lost, and a payload of another type, which readers couldn't read.
 */
export async function checkConnection(expected: ExpectedTable, read: ReadRows): Promise<Connected> {
  const session = await checkSession(read)
  requireTable(expected, session)
  return session
}

/** The same before there is a table. */
export async function checkSession(read: ReadRows): Promise<Session> {
  const [row = {}] = (await read(query)) as readonly Row[]
  requireRowBinlog(row)
  const ids = row['event_id'] === 'varchar' ? 'string' : 'integer'
  const actors = typeof row['actor'] === 'string'
  return { database: String(row['name']), mostBytes: Number(row['most_bytes']), ids, actors, table: row }
}

type Row = Readonly<Record<string, string | number | null | undefined>>
type Session = Connected & { readonly table: Row }

const needed = { log_bin: 1, sql_log_bin: 1, binlog_format: 'ROW', binlog_row_image: 'FULL' } as const

/** Rejects a session that writes nothing to the binlog, or no whole rows. */
function requireRowBinlog(row: Row): void {
  const wrong = Object.entries(needed).filter(([name, value]) => String(row[name]) !== String(value))
  if (wrong.length === 0) return
  const wanted = wrong.map(([name, value]) => shown(name, value)).join(' and ')
  const actual = wrong.map(([name]) => shown(name, row[name])).join(' and ')
  throw new OutboxError(
    'BINLOG_UNFIT',
    `Debezium needs ${wanted}; this connection has ${actual}, so its events would never be published`
  )
}

function shown(name: string, value: Row[string]): string {
  const numbers: Readonly<Record<string, string>> = { 0: 'OFF', 1: 'ON' }
  return `${name}=${numbers[String(value)] ?? value}`
}

function requireTable({ store, column = 'json', aggregateId }: ExpectedTable, { ids, table }: Session): void {
  if (table['engine'] === null) throw mismatch('This database has no table outbox: create it with createOutboxTables')
  const actual = storeOf(String(table['engine']))
  if (actual !== store) throw mismatch(`The store is ${store}, but the table outbox was made for ${actual}`)
  if (aggregateId !== undefined && aggregateId !== ids)
    throw mismatch(
      `The table outbox was made for ${ids} ids, not for ${aggregateId} ids. To change it: ` +
        `ALTER TABLE outbox MODIFY event_id ${idTypes[aggregateId]} NOT NULL`
    )
  const holds = table['payload'] === 'json' ? 'json' : 'bytes'
  if (holds === column) return
  throw mismatch(
    `The column payload of the table outbox holds ${holds}, but this outbox writes ${column}. To change it: ` +
      `ALTER TABLE outbox MODIFY payload ${columnTypes[column]} NOT NULL`
  )
}

/** Rejects events with the other kind of ids than the table's: MySQL would store `'7a'` as 7 in another mode, and 7 as `'7'`. */
export function requireIds(events: readonly PendingEvent[], ids: AggregateIdKind): void {
  const wrong = events.find(({ aggregateId }) => (typeof aggregateId === 'string') !== (ids === 'string'))
  if (wrong === undefined) return
  const message = `Event ${wrong.name} has a ${typeof wrong.aggregateId === 'string' ? 'string' : 'integer'} as aggregate id`
  throw new OutboxError('EVENT_INVALID', `${message}, but the outbox was made for ${ids} ids`)
}

const mismatch = (message: string) => new OutboxError('STORE_MISMATCH', message)

function storeOf(engine: string): StoreName | `the engine ${string}` {
  if (engine === 'BLACKHOLE') return 'blackhole'
  return engine === 'InnoDB' ? 'delete' : `the engine ${engine}`
}

export async function rowsOf<Row extends Record<string, unknown>>(knex: Knex, sql: string): Promise<readonly Row[]> {
  const answer: readonly (readonly Row[])[] = await plain(knex).raw(sql)
  return answer[0] ?? []
}
