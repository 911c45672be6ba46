import type { PoolOptions, ResultSetHeader } from 'mysql2/promise'
import { encoded, type PayloadEncoding } from '../encoding.ts'
import { OutboxError } from '../errors.ts'
import { defaultMaxEventBytes, refuseTooLarge } from '../refuse-too-large.ts'
import { createStore, type StoreOptions } from '../stores/create-store.ts'
import { requireTable } from '../stores/require-table.ts'
import { type BoundStatement, isBound, type Statement } from '../stores/statement.ts'
import type { OutboxStore, PendingEvent } from '../stores/store.ts'
import type { OneTripBounds } from './bounded.ts'
import { openPool } from './open-pool.ts'
import { readRows, runScript } from './run-script.ts'

/** Where the one-trip outbox connects to, and how it writes. */
export type OneTripOptions = StoreOptions &
  OneTripBounds & {
    /** `mysql://user:password@host:port/database`, or mysql2's pool options. The pool is the outbox's own. */
    readonly connection: string | PoolOptions
    /** Connections at most; 10 by default. */
    readonly connections?: number | undefined
    /** As for `createOutbox`. */
    readonly maxEventBytes?: number | undefined
    /** As for `createOutbox`. */
    readonly encoding?: PayloadEncoding | undefined
  }

/** What one statement did: rows touched, and the first AUTO_INCREMENT id that it made, or 0. */
export type StatementResult = { readonly affectedRows: number; readonly insertId: number }

/** Commits rows and their events in one round trip to MySQL. */
export type OneTripOutbox = {
  /**
   * Runs the statements and publishes the events in one transaction and one round trip. Answers what each statement
   * did; on any error nothing is committed, except for `COMMIT_UNKNOWN`: the connection was lost on the way or fell
   * silent, and only an idempotency key makes a repeat safe. With `generatedId` an event's aggregate id is the AUTO_INCREMENT id of the
   * last INSERT. Nothing can be decided between the statements: use a transaction and `appendToOutbox` for that.
   */
  readonly commit: (
    statements: BoundStatement | readonly BoundStatement[],
    events: PendingEvent | readonly PendingEvent[]
  ) => Promise<readonly StatementResult[]>
  /** Ends the connections; what is under way is finished first, for `silenceMs` at most. */
  readonly close: () => Promise<void>
}

/**
 * For hot paths: the fastest way to commit rows and their events that MySQL offers, where all that is to be written is
 * known beforehand. What must read first and decide, such as an idempotency key, takes a transaction and
 * `createOutbox`. Every wait is bounded. Rejects with `STORE_MISMATCH` for the table of another store, and with a
 * retryable `WRITE_FAILED` while MySQL is away. Needs the package mysql2.
 */
export async function openOneTripOutbox({
  maxEventBytes = defaultMaxEventBytes,
  encoding,
  ...options
}: OneTripOptions): Promise<OneTripOutbox> {
  const store = createStore(options)
  const { connection, connections = 10, waitMs = 2_000, silenceMs = 10_000 } = options
  const pool = await openPool({ connection, connections, waitMs, silenceMs })
  const wanted = { store: store.name, column: encoding?.column }
  await requireTable(wanted, sql => readRows(pool, sql)).catch(async (cause: unknown) => {
    await pool.close()
    throw cause
  })
  return {
    async commit(statements, events) {
      const own: readonly BoundStatement[] = Array.isArray(statements) ? statements : [statements]
      const list: readonly PendingEvent[] = encoded(Array.isArray(events) ? events : [events], encoding)
      refuseUnbound(own)
      refuseTooLarge(list, maxEventBytes)
      const results = await runScript(pool, scriptOf(store, own, list))
      return results.slice(prologueLength, prologueLength + own.length).map(toResult)
    },
    close: pool.close
  }
}

const prologueLength = 2
const statement = (sql: string): Statement => ({ sql, values: [] })

function scriptOf(
  store: OutboxStore,
  own: readonly Statement[],
  events: readonly PendingEvent[]
): readonly Statement[] {
  // The DO forgets the id that an earlier transaction generated: no event may be published under it.
  const prologue = [statement('START TRANSACTION'), statement('DO LAST_INSERT_ID(0)')]
  const publishing = events.length === 0 ? [] : [store.insert(events), store.remove?.(events.length)]
  return [...prologue, ...own, ...publishing.filter(each => each !== undefined), statement('COMMIT')]
}

function refuseUnbound(statements: readonly Statement[]): void {
  if (!statements.every(isBound))
    throw new OutboxError('STATEMENT_INVALID', 'A statement was not made by the tag sql`…`')
}

const toResult = ({ affectedRows, insertId }: ResultSetHeader): StatementResult => ({ affectedRows, insertId })
