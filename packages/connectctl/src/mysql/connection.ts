import { mysqlOptions, mysqlTls, resolveSecrets } from '@outbox-cdc/outbox/security'
import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import { refusalOf } from '../source/refusal.ts'
import type { ProbeAccount } from '../source/source.ts'
import { type MysqlSecurity, securityOf } from './tls.ts'

/** Connects to the connector's MySQL with the connector's account, runs `work` and disconnects. */
export async function withSourceDatabase<T>(
  config: ConnectorConfig,
  environment: Environment,
  work: (connection: Connection) => Promise<T>
): Promise<T> {
  const account = {
    user: config['database.user'] ?? '',
    password: resolveSecrets(config['database.password'] ?? '', environment)
  }
  const connection = await connectMysql(config, account, { environment, connectTimeout: 5_000, timezone: 'Z' })
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

type MysqlOptions = Pick<ConnectionOptions, 'connectTimeout' | 'timezone'> & { readonly environment: Environment }

/**
 * Connects with an account to the connector's MySQL, or to the one that its URL names. Uses TLS as `database.ssl.*` says,
 * unless the URL has an `ssl-mode`.
 */
export async function connectMysql(
  config: ConnectorConfig,
  account: ProbeAccount,
  { environment, ...more }: MysqlOptions
): Promise<Connection> {
  const place = { host: config['database.hostname'] ?? '127.0.0.1', port: Number(config['database.port'] ?? 3306) }
  const options = { ...more, ...('uri' in account ? mysqlOptions(account.uri) : { ...place, ...account }) }
  const { mode, certificates, unread } = securityOf(config, environment)
  const open = (as: Exclude<MysqlSecurity['mode'], 'PREFERRED'>) =>
    createConnection({ ...options, ...mysqlTls({ ...options, ...certificates, mode: as }) })
  const byUrl = 'uri' in account && saysMode(account.uri)
  try {
    if (byUrl) return await createConnection(options)
    if (mode !== 'PREFERRED') return await open(mode)
    return await open('REQUIRED').catch(error => {
      if (error.code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error
      return open('DISABLED')
    })
  } catch (error) {
    throw refusalOf(error, { ...options, engine: 'MySQL', byUrl, unread })
  }
}

const saysMode = (uri: string) => URL.parse(uri)?.searchParams.has('ssl-mode') === true

const answerTimeoutMs = 10_000

/**
 * The rows of one statement, typed by the caller. Rejects with `PROTOCOL_SEQUENCE_TIMEOUT` when MySQL is silent for ten
 * seconds, as when it freezes. The connection can't be used afterwards.
 */
export async function rowsOf<T>(connection: Connection, sql: string, values: unknown[] = []): Promise<readonly T[]> {
  const [rows] = await connection.query<(T & RowDataPacket)[]>({ sql, values, timeout: answerTimeoutMs })
  return rows
}
