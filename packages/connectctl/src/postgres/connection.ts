import pg from 'pg'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { type Environment, resolveReference } from '../settings/secrets.ts'
import type { ProbeAccount } from '../source/source.ts'

/** Connects to the connector's PostgreSQL with the connector's account, runs `work` and disconnects. */
export async function withPostgres<T>(
  config: ConnectorConfig,
  environment: Environment,
  work: (client: pg.Client) => Promise<T>
): Promise<T> {
  const password = await resolveReference(config['database.password'] ?? '', environment)
  const client = await connectPostgres(config, { user: config['database.user'] ?? '', password })
  try {
    return await work(client)
  } finally {
    end(client)
  }
}

/** With the keeper's account, in the connector's database. */
export function connectPostgres(config: ConnectorConfig, account: ProbeAccount): Promise<pg.Client> {
  const database = config['database.dbname'] ?? ''
  const place = { host: config['database.hostname'] ?? '127.0.0.1', port: Number(config['database.port'] ?? 5432) }
  const mode = config['database.sslmode'] ?? 'prefer'
  const ssl = mode === 'disable' ? false : { rejectUnauthorized: mode.startsWith('verify') }
  const options = { ...place, ...('uri' in account ? partsOf(account.uri) : account), database }
  return open({ ...options, ssl }).catch(error => {
    if (mode !== 'prefer' || !/does not support SSL/.test(String(error))) throw error
    return open(options)
  })
}

/** Without waiting for a server that says nothing. */
export function end(client: pg.Client): void {
  void client.end().catch(() => undefined)
}

/** The rows of one statement, typed by the caller. */
export async function rowsOf<T extends object>(
  client: pg.Client,
  sql: string,
  values: readonly unknown[] = []
): Promise<readonly T[]> {
  return (await client.query<T>(sql, [...values])).rows
}

async function open(options: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...options, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
  client.on('error', () => undefined) // the next statement fails and says it
  await client.connect()
  return client
}

function partsOf(uri: string): pg.ClientConfig {
  const { hostname: host, port, username, password } = new URL(uri)
  return {
    host,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password)
  }
}
