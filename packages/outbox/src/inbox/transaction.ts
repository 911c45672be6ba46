import type { Knex } from 'knex'
import { codeOf, databaseFault } from '../database-errors.ts'
import { isRetryable, OutboxError } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import { withIdleLimit } from './idle-limit.ts'
import { isPostgres } from './inbox-tables.ts'
import { nameTooLarge, type Statement } from './statement-size.ts'

type Work<T> = (trx: Knex.Transaction) => Promise<T>

/** With `idleMs` the server ends it after so long without a statement. */
type Run = { readonly idleMs?: number }

/**
 * Like `db.transaction`, but it also waits for a `work` that ends its transaction itself, rejects as `work` does, and names
 * a statement that is too large for the server.
 */
export async function runTransaction<T>(db: Knex, work: Work<T>, { idleMs }: Run = {}): Promise<T> {
  let last: Statement = { sql: '' }
  const watched = (trx: Knex.Transaction) => {
    trx.on('query', (sent: Statement) => {
      if (!/^(ROLLBACK|RELEASE|DO 0)/i.test(sent.sql)) last = sent
    })
    return work(trx)
  }
  try {
    return await (idleMs === undefined ? untilBothEnd(db, watched) : limited(db, idleMs, watched))
  } catch (error) {
    throw await nameTooLarge(db, error, last)
  }
}

/**
 * A frozen process keeps its transaction open, and the next owner of its partitions waits for those inbox rows: up to
 * eight hours with MySQL's default. MySQL limits connections, not transactions.
 */
function limited<T>(db: Knex, idleMs: number, work: Work<T>): Promise<T> {
  if (!isPostgres(db)) return withIdleLimit(db, idleMs, connection => untilBothEnd(db, work, { connection }))
  return untilBothEnd(db, async trx => {
    await plain(trx).raw(`SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`)
    return work(trx)
  })
}

async function untilBothEnd<T>(db: Knex, work: Work<T>, config?: Knex.TransactionConfig): Promise<T> {
  let running: Promise<T> | undefined
  const start = (trx: Knex.Transaction) => (running = work(trx))
  const [ended] = await Promise.allSettled([db.transaction(start, config)])
  const [worked] = await Promise.allSettled([running])
  // When BEGIN fails, knex runs the work all the same, and what that fails of is only a consequence.
  if (ended.status === 'rejected' && (worked.status === 'fulfilled' || databaseFault(ended.reason) !== undefined))
    throw ended.reason
  if (worked.status === 'rejected') throw worked.reason
  return worked.value as T
}

/** The transaction ended before its time, and not by a ROLLBACK: the claims of its messages must be taken back. */
export class TransactionEndedError extends OutboxError {}

let savepoints = 0

// Neither database lets these end a transaction, however they are called. After a semicolon may come anything.
const endsNothing = /^[\s(]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b[^;]*;?\s*$/i

/**
 * Runs `work`, and rejects when its transaction doesn't reach the end. On MySQL a caught deadlock ends it, as do DDL,
 * TRUNCATE, and a procedure that commits, and each later statement commits by itself. On PostgreSQL any error outside of
 * a savepoint does, and COMMIT would silently roll back. Costs a round trip only where a statement fails, or may do this.
 */
export async function rejectIfTransactionEnded(trx: Knex.Transaction, work: () => Promise<void>): Promise<void> {
  const connection: object = await trx.client.acquireConnection()
  let working = true
  let ended: Error | undefined
  let failed: unknown
  let savepoint: string | undefined
  trx.on('query-error', (error: Error) => {
    if (endsTransaction(error)) ended = error
    if (codeOf(error) !== transactionAborted) failed = error
  })
  trx.on('query', ({ sql }: { sql: string }) => {
    if (ended !== undefined && !/^ROLLBACK/i.test(sql)) throw ended
    if (!working || savepoint !== undefined || endsNothing.test(sql)) return
    savepoint = `outbox_${++savepoints}`
    // Not by knex, which would wait: the driver sends it before the statement whose event this is.
    void trx.client._query(connection, { sql: `SAVEPOINT ${savepoint}` }).catch(() => undefined)
  })
  trx.on('query-response', (_, { sql, response }: { sql: string; response: unknown }) => {
    if (isOutside(response)) ended ??= endedBy(sql)
  })
  const [end] = await Promise.allSettled([work()])
  working = false
  // Without its transaction a handler may fail in any way. The first error is the cause.
  if (ended !== undefined) throw ended
  const lost = await findEnd(trx, { savepoint, failed })
  if (lost instanceof TransactionEndedError) throw lost
  if (end.status === 'rejected') throw end.reason
  if (lost !== undefined) throw codeOf(lost) === transactionAborted ? (failed ?? lost) : lost
}

type Watched = { readonly savepoint: string | undefined; readonly failed: unknown }

/** Resolves to why the transaction has ended, or to undefined while it is open. */
async function findEnd(trx: Knex.Transaction, { savepoint, failed }: Watched): Promise<unknown> {
  if (trx.isCompleted()) return endedBy()
  if (savepoint === undefined && failed === undefined) return undefined
  // Only the transaction in which it was made has the savepoint.
  const question = savepoint === undefined ? openQuestion(trx) : `RELEASE SAVEPOINT ${savepoint}`
  return plain(trx)
    .raw(question)
    .then(
      (answer: unknown) => (isOutside(answer) ? endedBy() : undefined),
      (error: Error) => (savepointMissing.has(codeOf(error)) ? endedBy() : error)
    )
}

/** A statement whose answer says whether a transaction is open. */
function openQuestion(trx: Knex.Transaction): string {
  return isPostgres(trx) ? 'SELECT 1' : 'DO 0'
}

const transactionAborted = '25P02'
const savepointMissing = new Set(['ER_SP_DOES_NOT_EXIST', '3B001', '25P01'])
// These undo only their statement. A handler may catch them and continue.
const undoStatementOnly = new Set(['ER_LOCK_NOWAIT', 'ER_QUERY_TIMEOUT', 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION'])

function endsTransaction(error: Error): boolean {
  return isRetryable(error) && !undoStatementOnly.has(codeOf(error))
}

/** Whether MySQL says, in its answer to a write, that no transaction is open. */
function isOutside(response: unknown): boolean {
  const [answer] = Array.isArray(response) ? response : []
  const header: unknown = Array.isArray(answer) ? answer.at(-1) : answer
  if (typeof header !== 'object' || header === null || !('affectedRows' in header) || !('serverStatus' in header))
    return false
  return (Number(header.serverStatus) & inTransaction) === 0
}

const inTransaction = 1

function endedBy(sql?: string): OutboxError {
  const statement = sql === undefined ? 'A statement' : `The statement ${sql.slice(0, 200)}`
  const Ended = sql !== undefined && /^\s*ROLLBACK/i.test(sql) ? OutboxError : TransactionEndedError
  return new Ended(
    'TRANSACTION_REQUIRED',
    `${statement} ended the handler's transaction: what it wrote before may be committed, and the event is not settled. ` +
      'Let the handler send no DDL, TRUNCATE, COMMIT, ROLLBACK or procedure that ends a transaction through trx'
  )
}
