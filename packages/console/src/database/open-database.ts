import { postgresOptions } from '@outbox-cdc/outbox/security'
import { createMysql, explainConnections, type Logger, poolLimits, silenceMs, waitMs } from '@outbox-cdc/service-kit'
import knex, { type Knex } from 'knex'

/** What the page calls a database, and the log from which Debezium reads it. */
export type Engine = { readonly name: string; readonly log: string }

/** The engine of a URL; without a URL it isn't known. */
export function engineOf(url: string | undefined): Engine {
  if (url === undefined) return { name: 'the database', log: 'log' }
  return url.startsWith('mysql:') ? { name: 'MySQL', log: 'binlog' } : { name: 'PostgreSQL', log: 'WAL' }
}

export const isPostgres = (db: Knex): boolean => db.client.dialect === 'postgresql'

type Options = { readonly url: string; readonly logger: Logger; readonly readOnly: boolean }

/** A small pool that fails fast: the page says what doesn't answer. */
export function openDatabase({ url, logger, readOnly }: Options): Knex {
  const shared = { url, name: 'console', poolSize: 4, logger, readOnly }
  return url.startsWith('mysql:') ? createMysql({ ...shared, failFast: true }) : createPostgres(shared)
}

type Session = { query(sql: string, done: (error: Error | null) => void): void }

function createPostgres({ url, name, poolSize, logger, readOnly }: Options & { name: string; poolSize: number }): Knex {
  const limits = `SET TIME ZONE 'UTC'; SET statement_timeout = ${silenceMs}; SET lock_timeout = 1000`
  const session = readOnly ? `${limits}; SET default_transaction_read_only = on` : limits
  const db = knex({
    client: 'pg',
    connection: {
      ...postgresOptions(url),
      application_name: name,
      connectionTimeoutMillis: waitMs,
      // The client's own limit: a frozen server keeps to none.
      query_timeout: silenceMs,
      keepAlive: true
    },
    ...poolLimits<Session>({
      size: poolSize,
      failFast: true,
      logger,
      prepare: (connection, done) => connection.query(session, done)
    })
  })
  explainConnections(db, url)
  return db
}
