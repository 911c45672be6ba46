import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise'
import { explain } from '../connect/errors.ts'
import { connectMysql } from '../connector/source-database.ts'
import { repeat } from './repeat.ts'

export type HeartbeatWriterOptions = {
  /** MySQL's address, with the account that writes the heartbeats. */
  readonly address: ConnectionOptions
  /** Such as `orders.connect_heartbeat`. */
  readonly table: string
  readonly sender: string
  readonly everyMs: number
}

const answerTimeoutMs = 2_000

/** Writes a row a second and takes it away in the same transaction, as the outbox does with its events. */
export function startHeartbeatWriter(options: HeartbeatWriterOptions) {
  let connection: Connection | undefined
  let since: number | undefined
  let obstacle: string | undefined
  const stop = repeat(async () => {
    try {
      if (connection === undefined) {
        connection = await connectMysql({ ...options.address, connectTimeout: answerTimeoutMs })
        connection.on('error', () => undefined) // the next beat fails and says it
        await ensureTable(connection, options.table)
      }
      await writeBeat(connection, options)
      since ??= Date.now()
      obstacle = undefined
      return options.everyMs
    } catch (cause) {
      connection?.destroy()
      connection = undefined
      since = undefined
      obstacle = `MySQL does not take the probe (${explain(cause)})`
      return Math.min(250, options.everyMs)
    }
  })
  return {
    /** Since when MySQL takes the beats, without a gap; undefined while it does not. */
    since: () => since,
    /** Why MySQL does not take them. */
    obstacle: () => obstacle,
    async stop() {
      await stop()
      connection?.destroy()
    }
  }
}

async function ensureTable(connection: Connection, table: string): Promise<void> {
  // Asked first, because CREATE needs a right that an administrator may have taken back.
  const find = "SELECT 1 FROM information_schema.tables WHERE CONCAT(table_schema, '.', table_name) = ?"
  if ((await query(connection, find, [table])).length > 0) return
  const create = `CREATE TABLE IF NOT EXISTS ?? (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    sender CHAR(36) NOT NULL,
    sent_ms BIGINT NOT NULL
  )`
  await query(connection, create, [table])
}

async function writeBeat(connection: Connection, { table, sender }: HeartbeatWriterOptions): Promise<void> {
  await query(connection, 'START TRANSACTION')
  await query(connection, 'INSERT INTO ?? (sender, sent_ms) VALUES (?, ?)', [table, sender, Date.now()])
  await query(connection, 'DELETE FROM ?? WHERE id = LAST_INSERT_ID()', [table])
  await query(connection, 'COMMIT')
}

async function query(connection: Connection, sql: string, values: unknown[] = []): Promise<readonly unknown[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, values, timeout: answerTimeoutMs })
  return rows
}
