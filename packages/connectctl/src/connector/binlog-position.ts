import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import type { Environment } from './connector-file.ts'
import { rowsOf, withSourceDatabase } from './source-database.ts'

export type BinlogPosition = { readonly file: string; readonly position: number; readonly gtidSet: string }

/** Present in an offset until Debezium has written its own, so it shows whether the connector has started to read. */
export const notYetReadMark = 'set_by_connectctl'

type PositionRow = { binlog_file: string; binlog_position: number | string; gtid_set: string | null }

/** The position that the outbox's migration recorded in `outbox_position`, next to one of the captured tables. */
export async function recordedPosition(config: ConnectorConfig, environment: Environment): Promise<BinlogPosition> {
  const databases = [
    ...new Set((config['table.include.list'] ?? '').split(',').map(table => table.split('.')[0] ?? ''))
  ]
  const found = await withSourceDatabase(config, environment, async connection => {
    for (const database of databases) {
      const tables = await rowsOf(
        connection,
        "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'outbox_position'",
        [database]
      )
      if (tables.length === 0) continue
      const select = 'SELECT binlog_file, binlog_position, gtid_set FROM ??.outbox_position ORDER BY id LIMIT 1'
      const [row] = await rowsOf<PositionRow>(connection, select, [database])
      if (row) return row
    }
    return undefined
  })
  if (found) return { file: found.binlog_file, position: Number(found.binlog_position), gtidSet: found.gtid_set ?? '' }
  throw new ConnectctlError(
    'POSITION_UNKNOWN',
    `No recorded binlog position: ${databases.join(', ')} has no outbox_position that ${config['database.user']} can ` +
      'read. Run the migrations first, or say where to begin: --start-at now, or --start-at FILE:POSITION'
  )
}

/** A start position, as named on the command line. */
export type StartName = 'recorded' | 'oldest' | 'now' | { readonly file: string; readonly position: number }

/** Resolves a named position. Refuses one if MySQL has already purged part of what came after it. */
export async function positionNamed(
  start: StartName,
  config: ConnectorConfig,
  environment: Environment
): Promise<BinlogPosition> {
  if (start === 'oldest') return oldestPosition(config, environment)
  if (start === 'now') return currentPosition(config, environment)
  const position = await (start === 'recorded'
    ? recordedPosition(config, environment)
    : withGtids(start, config, environment))
  await requireKept(position, config, environment)
  return position
}

async function requireKept(position: BinlogPosition, config: ConnectorConfig, environment: Environment): Promise<void> {
  const purged = await withSourceDatabase(config, environment, async connection => {
    if (position.gtidSet === '') {
      const logs = await rowsOf<{ Log_name: string }>(connection, 'SHOW BINARY LOGS')
      return logs.some(({ Log_name: name }) => name === position.file) ? '' : position.file
    }
    const subtract = 'SELECT GTID_SUBTRACT(@@GLOBAL.gtid_purged, ?) AS gtids'
    const [row] = await rowsOf<{ gtids: string }>(connection, subtract, [position.gtidSet])
    return row?.gtids ?? ''
  })
  if (purged === '') return
  throw new ConnectctlError(
    'POSITION_PURGED',
    `MySQL no longer keeps its binlog from ${position.file}:${position.position} on: ${purged} is purged. Begin at the ` +
      'oldest that it keeps (oldest instead of this position), then send again what is missing (docs/runbook.md, binlog-purged)'
  )
}

/** Adds the transactions before the position, because with GTIDs the server finds the place only by them. */
async function withGtids(
  start: { readonly file: string; readonly position: number },
  config: ConnectorConfig,
  environment: Environment
): Promise<BinlogPosition> {
  type Event = { Pos: number; Event_type: string; Info: string }
  return withSourceDatabase(config, environment, async connection => {
    const events = await rowsOf<Event>(connection, 'SHOW BINLOG EVENTS IN ?', [start.file])
    const before = events.filter(({ Pos }) => Pos < start.position)
    const sets = before.flatMap(({ Event_type, Info }) => {
      if (Event_type === 'Previous_gtids') return [Info]
      return Event_type === 'Gtid' ? [/'([^']+)'/.exec(Info)?.[1] ?? ''] : []
    })
    const union = sets.filter(set => set !== '').join()
    const [normal] = await rowsOf<{ gtids: string }>(connection, "SELECT GTID_SUBTRACT(?, '') AS gtids", [union])
    return { ...start, gtidSet: normal?.gtids ?? '' }
  })
}

/** The current end of the server's binlog. */
async function currentPosition(config: ConnectorConfig, environment: Environment): Promise<BinlogPosition> {
  type Status = { File: string; Position: number; Executed_Gtid_Set: string }
  const [status] = await withSourceDatabase(config, environment, connection =>
    rowsOf<Status>(connection, 'SHOW BINARY LOG STATUS')
  )
  if (!status) throw new ConnectctlError('POSITION_UNKNOWN', 'The server writes no binlog (log_bin is off)')
  return { file: status.File, position: status.Position, gtidSet: status.Executed_Gtid_Set }
}

/** The start of the oldest binlog that MySQL still keeps. */
async function oldestPosition(config: ConnectorConfig, environment: Environment): Promise<BinlogPosition> {
  return withSourceDatabase(config, environment, async connection => {
    const [log] = await rowsOf<{ Log_name: string }>(connection, 'SHOW BINARY LOGS')
    const [purged] = await rowsOf<{ gtids: string }>(connection, 'SELECT @@GLOBAL.gtid_purged AS gtids')
    if (!log) throw new ConnectctlError('POSITION_UNKNOWN', 'The server writes no binlog (log_bin is off)')
    return { file: log.Log_name, position: 4, gtidSet: purged?.gtids ?? '' }
  })
}

/** The same position as an offset of Debezium's MySQL connector. */
export function offsetsAt(position: BinlogPosition, config: ConnectorConfig): ConnectorOffsets {
  const gtids = position.gtidSet.replaceAll('\n', '')
  const offset = {
    file: position.file,
    pos: position.position,
    ...(gtids === '' ? {} : { gtids }),
    row: 0,
    event: 0,
    server_id: 0,
    ts_sec: 0,
    [notYetReadMark]: true
  }
  return { offsets: [{ partition: { server: config['topic.prefix'] ?? '' }, offset }] }
}
