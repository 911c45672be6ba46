import type { PoolConnection, ResultSetHeader } from 'mysql2/promise'
import { asError, OutboxError } from '../errors.ts'
import { type Statement, writeFailed } from '../stores/store.ts'
import type { BoundedPool } from './pool.ts'

/** Sends all statements at once. The connection goes back to the pool without a transaction, or not at all. */
export async function runScript(
  pool: BoundedPool,
  statements: readonly Statement[]
): Promise<readonly ResultSetHeader[]> {
  const connection = await pool.acquire()
  const text = statements.map(({ sql }) => sql).join('\n;\n')
  const values = statements.flatMap(statement => statement.values)
  try {
    const [results] = await pool.answered(connection.query<ResultSetHeader[]>(text, values))
    connection.release()
    return results
  } catch (error) {
    if (await rolledBack(pool, connection, error)) return writeFailed(error as Error)
    const message = `The transaction may or may not be committed: ${asError(error).message}`
    throw new OutboxError('COMMIT_UNKNOWN', message, { cause: error, retryable: false })
  }
}

/** The rows of one query. */
export async function readRows(pool: BoundedPool, sql: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await pool.acquire()
  try {
    const [rows] = await pool.answered(connection.query(sql))
    connection.release()
    return rows as readonly Record<string, unknown>[]
  } catch (error) {
    connection.destroy()
    return writeFailed(error as Error)
  }
}

/** Whether nothing can be committed: the server stops at the first failing statement, and the transaction stays open. */
async function rolledBack(pool: BoundedPool, connection: PoolConnection, error: unknown): Promise<boolean> {
  if (codeOf(error) !== 'ETIMEDOUT') {
    try {
      await pool.answered(connection.query('ROLLBACK'))
      connection.release()
      return true
    } catch {
      // The error of the script is the one that counts.
    }
  }
  connection.destroy()
  return wasNeverSent(error)
}

// mysql2 gives no code to the error that it makes before it sends anything: the connection died in the pool.
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true && codeOf(error) === undefined
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
