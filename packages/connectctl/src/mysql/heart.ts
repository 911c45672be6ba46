import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Heart, ProbeAccount } from '../source/source.ts'
import { connectMysql } from './connection.ts'

const answerTimeoutMs = 2_000

type HeartOptions = { readonly account: ProbeAccount; readonly table: string; readonly environment: Environment }

/** Writes a row and takes it away in the same transaction, as the outbox does with its events. Creates the table. */
export async function openMysqlHeart(
  config: ConnectorConfig,
  { account, table, environment }: HeartOptions
): Promise<Heart> {
  const connection = await connectMysql(config, account, { environment, connectTimeout: answerTimeoutMs })
  connection.on('error', () => undefined) // the next beat fails and says it
  try {
    await ensureTable(connection, table)
  } catch (error) {
    connection.destroy()
    throw error
  }
  return {
    async beat(sender) {
      await query(connection, 'START TRANSACTION')
      await query(connection, 'INSERT INTO ?? (sender, sent_ms) VALUES (?, ?)', [table, sender, Date.now()])
      await query(connection, 'DELETE FROM ?? WHERE id = LAST_INSERT_ID()', [table])
      await query(connection, 'COMMIT')
    },
    close: () => connection.destroy()
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

async function query(connection: Connection, sql: string, values: unknown[] = []): Promise<readonly unknown[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, values, timeout: answerTimeoutMs })
  return rows
}
