import { postgresOptions, resolveSecrets } from '@outbox-cdc/outbox/security'
import pg from 'pg'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import { refusalOf } from '../source/refusal.ts'
import type { ProbeAccount } from '../source/source.ts'
import { type PostgresTls, tlsOf } from './tls.ts'

/** Connects to the connector's PostgreSQL with the connector's account, runs `work` and disconnects. */
export async function withPostgres<T>(
  config: ConnectorConfig,
  environment: Environment,
  work: (client: pg.Client) => Promise<T>
): Promise<T> {
  const password = resolveSecrets(config['database.password'] ?? '', environment)
  const client = await connectPostgres(config, { user: config['database.user'] ?? '', password }, environment)
  try {
    return await work(client)
  } finally {
    end(client)
  }
}

/**
 * Connects with an account to the connector's database, at the connector's server or at the one that its URL names. Uses TLS
 * as `database.sslmode` and its kin say, unless the URL has an `sslmode`.
 */
export function connectPostgres(
  config: ConnectorConfig,
  account: ProbeAccount,
  environment: Environment
): Promise<pg.Client> {
  const database = config['database.dbname'] ?? ''
  const place = { host: config['database.hostname'] ?? '127.0.0.1', port: Number(config['database.port'] ?? 5432) }
  if (!('uri' in account)) return open({ ...place, ...account, database }, tlsOf(config, environment))
  const { ssl, ...named } = postgresOptions(account.uri)
  const says = URL.parse(account.uri)?.searchParams.has('sslmode') === true
  const use = ssl === undefined ? 'never' : 'always'
  return open(
    { ...named, database },
    says ? { use, ssl: { ...ssl }, byUrl: true, unread: [] } : tlsOf(config, environment)
  )
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

async function open(options: pg.ClientConfig, { use, ssl, byUrl = false, unread }: PostgresTls): Promise<pg.Client> {
  try {
    return await connect({ ...options, ssl: use === 'never' ? false : ssl })
  } catch (error) {
    if (use === 'where the server has it' && /does not support SSL/.test(String(error)))
      return connect({ ...options, ssl: false })
    throw refusalOf(error, { ...options, engine: 'PostgreSQL', byUrl, unread })
  }
}

async function connect(options: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...options, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
  client.on('error', () => undefined) // the next statement fails and says it
  await client.connect()
  return client
}
