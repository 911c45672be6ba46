import { postgresOptions } from '@outbox-cdc/outbox/security'
import knex, { type Knex } from 'knex'
import { explainConnections } from './explain.ts'
import { type PoolOptions, poolLimits, usualSilenceMs, waitMs } from './pool-limits.ts'
import { logOutages } from './log-outages.ts'

type RawConnection = {
  setTypeParser(type: number, read: (text: string) => unknown): void
  query(sql: string, done: (error: Error | null) => void): void
}

const sessionFor = (silenceMs: number) =>
  `SET TIME ZONE 'UTC'; SET statement_timeout = ${silenceMs}; SET lock_timeout = 1000`

const bigint = 20

/** A pool with limits for the wait for a connection and for a silent PostgreSQL. It recovers by itself when PostgreSQL is back. */
export function createPostgres(options: PoolOptions): Knex {
  const { url, name, logger, poolSize = 16, failFast = false, readOnly = false, silenceMs = usualSilenceMs } = options
  const session = sessionFor(silenceMs)
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
    ...poolLimits<RawConnection>({
      size: poolSize,
      failFast,
      logger,
      prepare(connection, done) {
        connection.setTypeParser(bigint, exactNumber)
        connection.query(readOnly ? `${session}; SET default_transaction_read_only = on` : session, done)
      }
    })
  })
  explainConnections(db, url)
  if (logger !== undefined) logOutages(db, url, logger)
  return db
}

/** A number as MySQL's driver gives it: one above 2^53 stays a text. */
function exactNumber(text: string): number | string {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}
