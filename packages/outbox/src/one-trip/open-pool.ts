import type { Pool, PoolConnection, PoolOptions } from 'mysql2/promise'
import { OutboxError } from '../errors.ts'
import { writeFailed } from '../stores/write-failed.ts'
import { bounded, type OneTripBounds, silent } from './bounded.ts'

// Strict, or MySQL would write what it does not understand; without NO_BACKSLASH_ESCAPES, under which the driver's
// escaping is no protection.
const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

export type BoundedPool = {
  /** A connection within `waitMs`, or `WRITE_FAILED`; one that comes later goes back. */
  readonly acquire: () => Promise<PoolConnection>
  /** The server's answer, or an error with the code ETIMEDOUT after `silenceMs`. */
  readonly answered: <T>(answer: Promise<T>) => Promise<T>
  /** Ends the connections within `silenceMs`, and cuts those that do not answer. */
  readonly close: () => Promise<void>
}

type PoolNeeds = {
  readonly connection: string | PoolOptions
  readonly connections: number
} & Required<OneTripBounds>

/** A pool of its own, because `multipleStatements` should be on nowhere else in a service. */
export async function openPool({ connection, connections, waitMs, silenceMs }: PoolNeeds): Promise<BoundedPool> {
  const { createPool } = await import('mysql2/promise').catch((cause: unknown) => {
    throw new OutboxError('STORE_UNAVAILABLE', 'openOneTripOutbox needs the package mysql2: npm install mysql2', {
      cause
    })
  })
  const pool = createPool({
    connectTimeout: waitMs,
    ...(typeof connection === 'string' ? { uri: connection } : connection),
    connectionLimit: connections,
    multipleStatements: true,
    stringifyObjects: true,
    charset: 'utf8mb4',
    timezone: 'Z'
  })
  const cut = prepareEach(pool, Math.max(1, Math.floor(silenceMs / 2_000)))
  const answered = <T>(answer: Promise<T>) => bounded(answer, silenceMs, () => silent(silenceMs))
  return { answered, acquire: () => acquire(pool, waitMs), close: () => answered(pool.end()).catch(cut) }
}

type Raw = {
  query: (sql: string, done: (error: Error | null) => void) => void
  once: (event: 'end', done: () => void) => void
  destroy: () => void
}

/** Sets up each new connection; answers what cuts all that are open. */
function prepareEach(pool: Pool, lockWaitSeconds: number): () => void {
  const open = new Set<Raw>()
  const session =
    `SET SESSION sql_mode = '${sqlMode}', time_zone = '+00:00', ` +
    `innodb_lock_wait_timeout = ${lockWaitSeconds}, lock_wait_timeout = ${lockWaitSeconds}`
  pool.on('connection', made => {
    const created = made as unknown as Raw
    open.add(created)
    created.once('end', () => open.delete(created))
    // The first thing a new connection does: mysql2 sends a connection's commands in order.
    created.query(session, error => {
      if (error !== null) created.destroy()
    })
  })
  return () => {
    for (const connection of open) connection.destroy()
  }
}

async function acquire(pool: Pool, waitMs: number): Promise<PoolConnection> {
  const asked = pool.getConnection()
  const late = () => {
    asked.then(
      connection => connection.release(),
      () => undefined
    )
    const reason = `No connection within ${waitMs} ms: all are busy, or MySQL does not answer`
    return new OutboxError('WRITE_FAILED', reason, { retryable: true })
  }
  return bounded(asked, waitMs, late).catch((error: Error) => {
    throw error instanceof OutboxError ? error : writeFailed(error)
  })
}
