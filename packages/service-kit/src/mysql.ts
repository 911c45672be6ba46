import type { Socket } from 'node:net'
import knex, { type Knex } from 'knex'
import { explainConnections } from './explain.ts'
import { logOutages } from './log-outages.ts'
import { mysqlConnection } from './mysql-connection.ts'
import { type PoolOptions, poolLimits, usualSilenceMs } from './pool-limits.ts'

type RawConnection = {
  readonly stream: Socket
  readonly _command: unknown
  query(sql: string, done: (error: Error | null) => void): void
}

// READ COMMITTED takes no gap locks, so inserts of different keys never wait for each other.
const session = `SET SESSION time_zone = '+00:00', transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 1,
  lock_wait_timeout = 1,
  sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'`

/** A pool with limits for the wait for a connection and for a silent MySQL. It recovers by itself when MySQL is back. */
export function createMysql(options: PoolOptions): Knex {
  const { url, name, logger, poolSize = 16, failFast = false, readOnly = false, silenceMs = usualSilenceMs } = options
  const db = knex({
    client: 'mysql2',
    connection: { ...mysqlConnection(url, name), supportBigNumbers: true },
    ...poolLimits<RawConnection>({
      size: poolSize,
      failFast,
      logger,
      prepare(connection, done) {
        endWhenSilent(connection, silenceMs)
        connection.query(readOnly ? `${session}, transaction_read_only = 1` : session, done)
      }
    })
  })
  explainConnections(db, url)
  if (logger !== undefined) logOutages(db, url, logger)
  return db
}

// A frozen server answers nothing and closes nothing. Knex has no limit for BEGIN, COMMIT and ROLLBACK; the socket has
// one for every command. The connection is destroyed, so a late answer never reaches another request.
function endWhenSilent(connection: RawConnection, silenceMs: number): void {
  const { stream } = connection
  stream.setTimeout(silenceMs, () => {
    if (connection._command === null || connection._command === undefined) return
    stream.destroy(Object.assign(new Error(`MySQL did not answer within ${silenceMs} ms`), { code: 'ETIMEDOUT' }))
  })
}
