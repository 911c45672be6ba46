import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise'
import { OutboxError } from '../errors.ts'
import type { Statement } from '../stores/statement.ts'
import { writeFailed } from '../stores/write-failed.ts'

/** Sends all statements at once. The connection goes back to the pool without a transaction, or not at all. */
export async function runScript(pool: Pool, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> {
  const connection = await pool.getConnection().catch(writeFailed)
  try {
    const text = statements.map(({ sql }) => sql).join('\n;\n')
    const [results] = await connection.query<ResultSetHeader[]>(
      text,
      statements.flatMap(({ values }) => values)
    )
    connection.release()
    return results
  } catch (error) {
    const rolledBack = await rollBack(connection)
    if (rolledBack || wasNeverSent(error)) return writeFailed(error as Error)
    throw new OutboxError('COMMIT_UNKNOWN', 'The connection was lost: the transaction may be committed or not', {
      cause: error,
      retryable: false
    })
  }
}

/** The server stops at the first failing statement and leaves the transaction open. */
async function rollBack(connection: PoolConnection): Promise<boolean> {
  try {
    await connection.query('ROLLBACK')
    connection.release()
    return true
  } catch {
    connection.destroy()
    return false
  }
}

// mysql2 gives no code to the one error that it makes before it sends anything: the connection had died in the pool.
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true && !('code' in error)
}
