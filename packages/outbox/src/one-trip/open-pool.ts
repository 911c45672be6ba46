import type { Pool, PoolOptions } from 'mysql2/promise'
import { OutboxError } from '../errors.ts'

// Strict, or MySQL would write what it does not understand; without NO_BACKSLASH_ESCAPES, under which the driver's
// escaping is no protection.
const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

/** A pool of its own, because `multipleStatements` should be on nowhere else in a service. */
export async function openPool(connection: string | PoolOptions, connections: number): Promise<Pool> {
  const { createPool } = await import('mysql2/promise').catch((cause: unknown) => {
    throw new OutboxError('STORE_UNAVAILABLE', 'openOneTripOutbox needs the package mysql2: npm install mysql2', {
      cause
    })
  })
  const pool = createPool({
    timezone: 'Z',
    ...(typeof connection === 'string' ? { uri: connection } : connection),
    connectionLimit: connections,
    multipleStatements: true,
    stringifyObjects: true,
    charset: 'utf8mb4'
  })
  // The first thing a new connection does: mysql2 sends a connection's commands in order.
  pool.on('connection', created => created.query(`SET SESSION sql_mode = '${sqlMode}'`))
  return pool
}
