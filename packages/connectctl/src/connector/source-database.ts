import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { resolveReference } from '../settings/secrets.ts'
import type { Environment } from '../settings/secrets.ts'

/** Connects to the connector's MySQL with the connector's account, runs `work` and disconnects. */
export async function withSourceDatabase<T>(
  config: ConnectorConfig,
  environment: Environment,
  work: (connection: Connection) => Promise<T>
): Promise<T> {
  const connection = await createConnection({
    ...hostOf(config),
    user: config['database.user'] ?? '',
    password: await resolveReference(config['database.password'] ?? '', environment),
    connectTimeout: 5_000,
    timezone: 'Z'
  })
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

/** Where the connector's MySQL is. */
export function hostOf(config: ConnectorConfig): { readonly host: string; readonly port: number } {
  return { host: config['database.hostname'] ?? '127.0.0.1', port: Number(config['database.port'] ?? 3306) }
}

const answerTimeoutMs = 10_000

/**
 * The rows of one statement, typed by the caller. Rejects with `PROTOCOL_SEQUENCE_TIMEOUT` when MySQL is silent for ten
 * seconds, as when it freezes. The connection can't be used afterwards.
 */
export async function rowsOf<T>(connection: Connection, sql: string, values: unknown[] = []): Promise<readonly T[]> {
  const [rows] = await connection.query<(T & RowDataPacket)[]>({ sql, values, timeout: answerTimeoutMs })
  return rows
}
