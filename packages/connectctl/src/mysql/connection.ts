import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { resolveReference } from '../settings/secrets.ts'
import type { Environment } from '../settings/secrets.ts'

/** Connects to the connector's MySQL with the connector's account, runs `work` and disconnects. */
export async function withSourceDatabase<T>(
  config: ConnectorConfig,
  environment: Environment,
  work: (connection: Connection) => Promise<T>
): Promise<T> {
  const connection = await connectMysql({
    ...serverOf(config),
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

/** Where the connector's MySQL is, and what `database.ssl.mode` says of its certificate. */
export function serverOf(config: ConnectorConfig): ConnectionOptions {
  const mode = config['database.ssl.mode'] ?? 'preferred'
  const ssl = mode.startsWith('verify') ? { ssl: { verifyIdentity: mode === 'verify_identity' } } : {}
  return { host: config['database.hostname'] ?? '127.0.0.1', port: Number(config['database.port'] ?? 3306), ...ssl }
}

/** With TLS where the server has it, as Debezium does. The certificate is checked only if `ssl` says so. */
export async function connectMysql(options: ConnectionOptions): Promise<Connection> {
  const says = options.ssl !== undefined || options.uri?.includes('ssl=')
  try {
    return await createConnection({ ...options, ...(says ? {} : { ssl: { rejectUnauthorized: false } }) })
  } catch (error) {
    if (says || (error as { code?: string }).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error
    return createConnection(options)
  }
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
