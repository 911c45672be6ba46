import type { Connection } from 'mysql2/promise'
import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import type { Environment } from '../settings/secrets.ts'
import { captures } from '../settings/captured-tables.ts'
import { rowsOf, withSourceDatabase } from './source-database.ts'

export type BinlogPosition = { readonly file: string; readonly position: number; readonly gtidSet: string }

/** Present in an offset until Debezium has written its own, so it shows whether the connector has started to read. */
export const notYetReadMark = 'set_by_connectctl'

type PositionRow = { binlog_file: string; binlog_position: number | string; gtid_set: string | null }

/** The position that the outbox's migration recorded in `outbox_position`, next to one of the captured tables. */
export function recordedPosition(config: ConnectorConfig, environment: Environment): Promise<BinlogPosition> {
  return withSourceDatabase(config, environment, connection => recordedIn(connection, config))
}

async function recordedIn(connection: Connection, config: ConnectorConfig): Promise<BinlogPosition> {
  const select = 'SELECT table_schema AS db, table_name AS name FROM information_schema.tables'
  const tables = await rowsOf<{ db: string; name: string }>(connection, select)
  const captured = new Set(tables.filter(({ db, name }) => captures(config, `${db}.${name}`)).map(({ db }) => db))
  const databases = tables.filter(({ db, name }) => name === 'outbox_position' && captured.has(db))
  const found: BinlogPosition[] = []
  for (const { db } of databases) {
    const [row] = await rowsOf<PositionRow>(connection, 'SELECT * FROM ??.outbox_position ORDER BY id LIMIT 1', [db])
    if (row) found.push({ file: row.binlog_file, position: Number(row.binlog_position), gtidSet: row.gtid_set ?? '' })
  }
  const [earliest] = found.toSorted((a, b) => numberOf(a.file) - numberOf(b.file) || a.position - b.position)
  if (earliest) return earliest
  const looked = captured.size === 0 ? 'it captures no table' : `no outbox_position in ${[...captured].join(', ')}`
  throw new ConnectctlError(
    'POSITION_UNKNOWN',
    `No recorded binlog position: ${looked} that ${config['database.user']} can read. Run the migrations first, or say ` +
      'where to begin: --start-at now, or --start-at FILE:POSITION'
  )
}

/** A binlog is named `NAME.000042`. */
function numberOf(file: string): number {
  return Number(file.split('.').at(-1))
}

type NamedPlace = Pick<BinlogPosition, 'file' | 'position'>
/** A start position, as named on the command line. */
export type StartName = 'recorded' | 'oldest' | 'now' | NamedPlace

/** Resolves a named position. Refuses one if MySQL has already purged part of what came after it. */
export function positionNamed(start: StartName, config: ConnectorConfig, environment: Environment) {
  return withSourceDatabase(config, environment, async connection => {
    if (start === 'oldest') return oldestPosition(connection)
    if (start === 'now') return currentPosition(connection)
    const position = await (start === 'recorded' ? recordedIn(connection, config) : withGtids(connection, start))
    const purged = await purgedAfter(connection, position)
    if (purged === '') return position
    throw new ConnectctlError(
      'POSITION_PURGED',
      `MySQL no longer keeps its binlog from ${position.file}:${position.position} on: ${purged} is purged. Begin at the ` +
        'oldest that it keeps (oldest instead of this position), then send again what is missing (docs/runbook.md, binlog-purged)'
    )
  })
}

/** What MySQL has purged of what comes after the position; empty when it keeps all of it. */
async function purgedAfter(connection: Connection, { file, gtidSet }: BinlogPosition): Promise<string> {
  if (gtidSet === '') return (await binlogsOf(connection)).includes(file) ? '' : file
  const subtract = 'SELECT GTID_SUBTRACT(@@GLOBAL.gtid_purged, ?) AS gtids'
  return gtidsOf(connection, subtract, [gtidSet])
}

/** Adds the transactions before the position, because with GTIDs the server finds the place only by them. */
async function withGtids(connection: Connection, start: NamedPlace): Promise<BinlogPosition> {
  type Event = { Pos: number; Event_type: string; Info: string }
  const events = await rowsOf<Event>(connection, 'SHOW BINLOG EVENTS IN ?', [start.file])
  const before = events.filter(({ Pos }) => Pos < start.position)
  const sets = before.flatMap(({ Event_type, Info }) => {
    if (Event_type === 'Previous_gtids') return [Info]
    return Event_type === 'Gtid' ? [/'([^']+)'/.exec(Info)?.[1] ?? ''] : []
  })
  const union = sets.filter(set => set !== '').join()
  return { ...start, gtidSet: await gtidsOf(connection, "SELECT GTID_SUBTRACT(?, '') AS gtids", [union]) }
}

/** The current end of the server's binlog. */
async function currentPosition(connection: Connection): Promise<BinlogPosition> {
  type Status = { File: string; Position: number; Executed_Gtid_Set: string }
  const [status] = await rowsOf<Status>(connection, 'SHOW BINARY LOG STATUS')
  if (!status) throw new ConnectctlError('POSITION_UNKNOWN', 'The server writes no binlog (log_bin is off)')
  return { file: status.File, position: status.Position, gtidSet: status.Executed_Gtid_Set }
}

/** The start of the oldest binlog that MySQL still keeps. */
async function oldestPosition(connection: Connection): Promise<BinlogPosition> {
  const [file = ''] = await binlogsOf(connection)
  const gtidSet = await gtidsOf(connection, 'SELECT @@GLOBAL.gtid_purged AS gtids')
  return { file, position: 4, gtidSet }
}

/** The binlogs that MySQL keeps, oldest first. */
export async function binlogsOf(connection: Connection): Promise<readonly string[]> {
  const logs = await rowsOf<{ Log_name: string }>(connection, 'SHOW BINARY LOGS')
  return logs.map(({ Log_name: name }) => name)
}

async function gtidsOf(connection: Connection, select: string, values: unknown[] = []): Promise<string> {
  const [row] = await rowsOf<{ gtids: string }>(connection, select, values)
  return row?.gtids ?? ''
}

/** The same position as an offset of Debezium's MySQL connector. */
export function offsetsAt(position: BinlogPosition, config: ConnectorConfig): ConnectorOffsets {
  const gtids = position.gtidSet.replaceAll('\n', '')
  const place = { file: position.file, pos: position.position, ...(gtids === '' ? {} : { gtids }) }
  return {
    offsets: [{ partition: { server: config['topic.prefix'] ?? '' }, offset: { ...place, [notYetReadMark]: true } }]
  }
}
