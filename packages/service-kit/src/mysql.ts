import type { Socket } from 'node:net'
import { explainSecurity, mysqlOptions } from '@outbox-cdc/outbox/security'
import knex, { type Knex } from 'knex'
import { databaseAt, explainConnections } from './explain.ts'
import type { Logger } from './logger.ts'
import { poolLimits, silenceMs, waitMs } from './pool-limits.ts'

type MysqlOptions = {
  readonly url: string
  readonly name: string
  /** Gets a line when MySQL can't be reached and when it is back. */
  readonly logger?: Logger
  readonly poolSize?: number
  /** Reports at once that MySQL cannot be reached, instead of trying again until the wait is over. */
  readonly failFast?: boolean
  /** Lets its sessions write nothing. */
  readonly readOnly?: boolean
}

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
export function createMysql(options: MysqlOptions): Knex {
  const { url, name, logger, poolSize = 16, failFast = false, readOnly = false } = options
  const db = knex({
    client: 'mysql2',
    connection: {
      ...mysqlOptions(url),
      charset: 'utf8mb4',
      timezone: 'Z',
      supportBigNumbers: true,
      connectTimeout: waitMs,
      enableKeepAlive: true,
      keepAliveInitialDelay: 10_000,
      connectAttributes: { program_name: name }
    },
    ...poolLimits<RawConnection>({
      size: poolSize,
      failFast,
      logger,
      prepare(connection, done) {
        endWhenSilent(connection)
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
function endWhenSilent(connection: RawConnection): void {
  const { stream } = connection
  stream.setTimeout(silenceMs, () => {
    if (connection._command === null || connection._command === undefined) return
    stream.destroy(Object.assign(new Error(`MySQL did not answer within ${silenceMs} ms`), { code: 'ETIMEDOUT' }))
  })
}

function logOutages(db: Knex, url: string, logger: Logger): void {
  let down = false
  const { pool } = db.client
  pool.on('createFail', (_: number, error: Error & { code?: string }) => {
    const reason = explainSecurity(error, databaseAt(url)) ?? error.message
    if (!down) logger.warn({ code: error.code, reason }, 'cannot connect to MySQL')
    down = true
  })
  pool.on('createSuccess', () => {
    if (down) logger.info({}, 'connected to MySQL again')
    down = false
  })
}
