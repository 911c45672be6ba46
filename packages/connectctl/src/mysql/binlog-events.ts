import type { Connection } from 'mysql2/promise'
import { ConnectctlError } from '../connect/errors.ts'
import { rowsOf } from './connection.ts'

type BinlogEvent = {
  readonly Pos: number
  readonly Event_type: string
  readonly End_log_pos: number
  readonly Info: string
}
type Place = { readonly file: string; readonly position: number }

/** The binlogs that MySQL keeps, oldest first. */
export async function binlogsOf(connection: Connection): Promise<readonly string[]> {
  const logs = await rowsOf<{ Log_name: string }>(connection, 'SHOW BINARY LOGS')
  return logs.map(({ Log_name: name }) => name)
}

/** The GTID set that a statement selects as `gtids`. */
export async function gtidsOf(connection: Connection, select: string, values: unknown[] = []): Promise<string> {
  const [row] = await rowsOf<{ gtids: string }>(connection, select, values)
  return row?.gtids ?? ''
}

function eventsIn(connection: Connection, file: string): Promise<readonly BinlogEvent[]> {
  return rowsOf<BinlogEvent>(connection, 'SHOW BINLOG EVENTS IN ?', [file])
}

const isGtid = ({ Event_type: type }: BinlogEvent) => /^(Anonymous_)?Gtid/i.test(type)
const standsAlone = ({ Event_type: type }: BinlogEvent) => /^(Format_desc|Previous_gtids|Rotate|Stop)$/.test(type)

/** Within a transaction Debezium fails, or with GTIDs skips the rest of it. */
export async function requireTransactionAt(connection: Connection, { file, position }: Place): Promise<void> {
  const events = await eventsIn(connection, file)
  const end = events.at(-1)?.End_log_pos ?? 4
  const starts = events.filter(event => isGtid(event) || standsAlone(event)).map(({ Pos }) => Pos)
  if (position === end || starts.includes(position)) return
  const before = starts.findLast(start => start < position) ?? 4
  const where = position > end ? `The file ends at ${end}` : `The transaction around it begins at ${file}:${before}`
  throw new ConnectctlError('POSITION_UNKNOWN', `No transaction begins at ${file}:${position}. ${where}`)
}

/** The transactions before a place, because with GTIDs the server finds the place only by them. */
export async function gtidsBefore(connection: Connection, { file, position }: Place): Promise<string> {
  const events = await eventsIn(connection, file)
  const sets = events
    .filter(({ Pos }) => Pos < position)
    .map(event => (event.Event_type === 'Previous_gtids' ? event.Info : isGtid(event) ? gtidIn(event) : ''))
  return gtidsOf(connection, "SELECT GTID_SUBTRACT(?, '') AS gtids", [sets.filter(set => set !== '').join()])
}

function gtidIn({ Info }: BinlogEvent): string {
  return /'([^']+:\d+)'/.exec(Info)?.[1] ?? ''
}

/** A transaction without rows, such as the creation of a table: to skip it loses no event. */
export async function skippableGtid(connection: Connection, file: string): Promise<string> {
  const events = await eventsIn(connection, file)
  const found = events.find((event, index) => {
    const [statement, next] = events.slice(index + 1, index + 3)
    const isStatement = statement?.Event_type === 'Query' && statement.Info !== 'BEGIN'
    return isGtid(event) && isStatement && (next === undefined || isGtid(next) || standsAlone(next))
  })
  if (found) return gtidIn(found)
  throw new ConnectctlError(
    'POSITION_UNKNOWN',
    `Debezium cannot begin at the start of ${file}: with GTIDs it needs a transaction before it, and there is none. Put ` +
      '"gtid.ignore.on.recovery": "true" into the file for the first start'
  )
}
