import type { Connection } from 'mysql2/promise'
import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { captures } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import { notYetReadMark, type StartName } from '../source/source.ts'
import { binlogsOf, gtidsBefore, gtidsOf, requireTransactionAt, skippableGtid } from './binlog-events.ts'
import { rowsOf, withSourceDatabase } from './connection.ts'

export type BinlogPosition = { readonly file: string; readonly position: number; readonly gtidSet: string }

type PositionRow = {
  readonly binlog_file: string
  readonly binlog_position: number | string
  readonly gtid_set: string | null
  /** Migrations of earlier versions don't record it. */
  readonly server_uuid?: string | null
}

/** Resolves a named position. Refuses one that isn't of this server, or after which MySQL has already purged something. */
export function positionNamed(start: StartName, config: ConnectorConfig, environment: Environment) {
  return withSourceDatabase(config, environment, async connection => {
    const position = await positionFor(start, connection, config)
    const purged = await purgedAfter(connection, position)
    if (purged === '') return ignoresGtids(config) ? position : withSomeGtid(connection, position)
    throw new ConnectctlError(
      'POSITION_PURGED',
      `MySQL no longer keeps its binlog from ${position.file}:${position.position} on: ${purged} is purged. Begin at the ` +
        'oldest that it keeps (oldest instead of this position), then send again what is missing (docs/runbook.md, binlog-purged)'
    )
  })
}

async function positionFor(start: StartName, connection: Connection, config: ConnectorConfig): Promise<BinlogPosition> {
  if (start === 'oldest') return oldestPosition(connection)
  if (start === 'now') return currentPosition(connection)
  if (start === 'recorded') return recordedIn(connection, config)
  const place = placeIn(start.at)
  if (!(await binlogsOf(connection)).includes(place.file)) return { ...place, gtidSet: '' }
  await requireTransactionAt(connection, place)
  return { ...place, gtidSet: await gtidsBefore(connection, place) }
}

function placeIn(at: string): Pick<BinlogPosition, 'file' | 'position'> {
  const [, file, position] = /^(.+):(\d+)$/.exec(at) ?? []
  if (file !== undefined) return { file, position: Number(position) }
  throw new ConnectctlError('POSITION_UNKNOWN', `${at} is no place in a binlog of MySQL: name it as FILE:POSITION`)
}

/** The earliest, where the connector captures several databases. */
async function recordedIn(connection: Connection, config: ConnectorConfig): Promise<BinlogPosition> {
  const select = 'SELECT table_schema AS db, table_name AS name FROM information_schema.tables'
  const tables = await rowsOf<{ db: string; name: string }>(connection, select)
  const captured = new Set(tables.filter(({ db, name }) => captures(config, `${db}.${name}`)).map(({ db }) => db))
  const databases = tables.filter(({ db, name }) => name === 'outbox_position' && captured.has(db))
  const found: BinlogPosition[] = []
  for (const { db } of databases) {
    const [row] = await rowsOf<PositionRow>(connection, 'SELECT * FROM ??.outbox_position ORDER BY id LIMIT 1', [db])
    if (row) found.push(await ofThisServer(connection, row, db))
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

/** With GTIDs a position is of this server if the server has run all that came before; without, if it is of its binlog. */
async function ofThisServer(connection: Connection, row: PositionRow, database: string): Promise<BinlogPosition> {
  const { binlog_file: file, gtid_set: gtidSet, server_uuid: server } = row
  const select = `SELECT IF(? <> '', GTID_SUBSET(?, @@GLOBAL.gtid_executed), COALESCE(?, @@server_uuid) = @@server_uuid) own`
  const [answer] = await rowsOf<{ own: number }>(connection, select, [gtidSet ?? '', gtidSet ?? '', server ?? null])
  const position = { file, position: Number(row.binlog_position), gtidSet: gtidSet ?? '' }
  if (answer?.own !== 1)
    throw new ConnectctlError(
      'POSITION_UNKNOWN',
      `The position in ${database}.outbox_position was recorded on another server (a dump was loaded, or the binlog was ` +
        'reset), so it says nothing about this binlog. Begin at the oldest that this server keeps (oldest instead of ' +
        'recorded), or run the migrations again before the first event: they record the position of this server'
    )
  if (position.gtidSet === '' && (await binlogsOf(connection)).includes(file))
    await requireTransactionAt(connection, position)
  return position
}

/** Whether MySQL ever ran all of these transactions. */
export async function hasRun(connection: Connection, gtids: string): Promise<boolean> {
  const select = 'SELECT GTID_SUBSET(?, @@GLOBAL.gtid_executed) AS known'
  const [answer] = await rowsOf<{ known: number }>(connection, select, [gtids])
  return answer?.known === 1
}

/** A binlog is named `NAME.000042`. */
function numberOf(file: string): number {
  return Number(file.split('.').at(-1))
}

/** What MySQL has purged of what comes after the position; empty when it keeps all of it. */
export async function purgedAfter(connection: Connection, { file, gtidSet }: BinlogPosition): Promise<string> {
  if (gtidSet === '') return (await binlogsOf(connection)).includes(file) ? '' : file
  const subtract = 'SELECT GTID_SUBTRACT(@@GLOBAL.gtid_purged, ?) AS gtids'
  return gtidsOf(connection, subtract, [gtidSet])
}

const ignoresGtids = (config: ConnectorConfig) => config['gtid.ignore.on.recovery'] === 'true'

/** With GTIDs, Debezium fails with a NullPointerException where no transaction came before and none is purged. */
async function withSomeGtid(connection: Connection, position: BinlogPosition): Promise<BinlogPosition> {
  const select = "SELECT IF(@@GLOBAL.gtid_mode = 'ON', CONCAT('purged:', @@GLOBAL.gtid_purged), '') AS gtids"
  if (position.gtidSet !== '' || (await gtidsOf(connection, select)) !== 'purged:') return position
  return { ...position, gtidSet: await skippableGtid(connection, position.file) }
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

/** The same position as an offset of Debezium's MySQL connector. */
export function offsetsAt(position: BinlogPosition, config: ConnectorConfig): ConnectorOffsets {
  const gtids = position.gtidSet.replaceAll('\n', '')
  const place = { file: position.file, pos: position.position, ...(gtids === '' ? {} : { gtids }) }
  return {
    offsets: [{ partition: { server: config['topic.prefix'] ?? '' }, offset: { ...place, [notYetReadMark]: true } }]
  }
}
