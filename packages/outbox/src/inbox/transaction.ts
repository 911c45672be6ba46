import type { Knex } from 'knex'
import { codeOf } from '../database-errors.ts'
import { isRetryable } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import { isPostgres } from './inbox-tables.ts'

const limited = new WeakMap<object, number>()

/**
 * Lets the server end this transaction after `idleMs` without a statement. A frozen process keeps its transaction open,
 * and the next owner of its partitions waits for those inbox rows: up to eight hours with MySQL's default.
 */
export async function limitIdleTime(trx: Knex.Transaction, idleMs: number): Promise<void> {
  // PostgreSQL drops a setting when its transaction rolls back, so it is set each time.
  if (isPostgres(trx)) return void (await plain(trx).raw(`SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`))
  const connection: object = await trx.client.acquireConnection()
  if (limited.get(connection) === idleMs) return
  await plain(trx).raw(`SET SESSION wait_timeout = ${Math.max(1, Math.ceil(idleMs / 1_000))}`)
  limited.set(connection, idleMs)
}

/**
 * Runs `work`, and rejects when an error that `work` caught has ended its transaction. On MySQL a deadlock does, and
 * each later statement would commit by itself. On PostgreSQL any error outside of a savepoint does, and COMMIT would
 * silently roll back.
 */
export async function rejectIfTransactionEnded(trx: Knex.Transaction, work: () => Promise<void>): Promise<void> {
  let ended: unknown
  let failed: unknown
  trx.on('query-error', (error: Error) => {
    if (endsTransaction(error)) ended = error
    if (codeOf(error) !== transactionAborted) failed = error
  })
  trx.on('query', ({ sql }: { sql: string }) => {
    if (ended !== undefined && !/^ROLLBACK/i.test(sql)) throw ended
  })
  try {
    await work()
  } catch (error) {
    // Without its transaction a handler may fail in any way. The first error is the cause.
    throw ended ?? error
  }
  if (ended !== undefined) throw ended
  if (failed === undefined || !isPostgres(trx)) return
  await plain(trx)
    .raw('SELECT 1')
    .catch(() => {
      throw failed
    })
}

const transactionAborted = '25P02'
// These undo only their statement. A handler may catch them and continue.
const undoStatementOnly = new Set(['ER_LOCK_NOWAIT', 'ER_QUERY_TIMEOUT', 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION'])

function endsTransaction(error: Error): boolean {
  return isRetryable(error) && !undoStatementOnly.has(codeOf(error))
}
