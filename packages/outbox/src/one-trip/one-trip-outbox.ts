import type { PoolOptions } from 'mysql2/promise'
import type { OutboxOptions } from '../append-to-outbox.ts'
import { encodePayloads } from '../stores/payload.ts'
import { requireTable } from '../stores/require-table.ts'
import { deleteStore, type OutboxStore, type PendingEvent, type Statement } from '../stores/store.ts'
import { type OneTripBounds, openPool, readRows, runScript } from './pool.ts'
import { type BoundStatement, requireBound } from './sql.ts'

/** Where the one-trip outbox connects to, and how it writes. */
export type OneTripOptions = OutboxOptions &
  OneTripBounds & {
    /** `mysql://user:password@host:port/database`, or mysql2's pool options. The outbox has its own pool. */
    readonly connection: string | PoolOptions
    /** The most connections; 10 by default. */
    readonly connections?: number | undefined
  }

/** What one statement did: rows touched, and the first AUTO_INCREMENT id that it made, or 0. */
export type StatementResult = { readonly affectedRows: number; readonly insertId: number }

/** Commits rows and their events in one round trip to MySQL. */
export type OneTripOutbox = {
  /**
   * Runs the statements and publishes the events in one transaction and one round trip. Resolves to what each statement
   * did. On an error nothing is committed, except for `COMMIT_UNKNOWN`: the connection was lost or fell silent, and only
   * an idempotency key makes a repeat safe. With `generatedId` an event's aggregate id is the AUTO_INCREMENT id of the
   * last INSERT. Nothing can be decided between the statements: use a transaction and `createOutbox` for that.
   */
  readonly commit: (
    statements: BoundStatement | readonly BoundStatement[],
    events: PendingEvent | readonly PendingEvent[]
  ) => Promise<readonly StatementResult[]>
  /** Closes the connections. Running commits finish first, for `silenceMs` at most. */
  readonly close: () => Promise<void>
}

/**
 * The fastest way to commit rows and their events, for hot paths where everything to write is known beforehand. Code that
 * reads first and then decides, such as one with an idempotency key, needs a transaction and `createOutbox`. Every wait
 * is bounded. Rejects with `STORE_MISMATCH` for a table of another store, and with a retryable `WRITE_FAILED` while MySQL
 * is down. Needs the package mysql2.
 */
export async function openOneTripOutbox(options: OneTripOptions): Promise<OneTripOutbox> {
  const { store = deleteStore, connection, connections = 10, waitMs = 2_000, silenceMs = 10_000 } = options
  const pool = await openPool({ connection, connections, waitMs, silenceMs })
  const wanted = { store: store.name, column: options.encoding?.column }
  await requireTable(wanted, sql => readRows(pool, sql)).catch(async (cause: unknown) => {
    await pool.close()
    throw cause
  })
  return {
    async commit(statements, events) {
      const own = [statements].flat()
      requireBound(own)
      const list = encodePayloads([events].flat(), options)
      const results = await runScript(pool, scriptOf(store, own, list))
      const ours = results.slice(prologueLength, prologueLength + own.length)
      return ours.map(({ affectedRows, insertId }) => ({ affectedRows, insertId }))
    },
    close: pool.close
  }
}

const prologueLength = 2
const statement = (sql: string): Statement => ({ sql, values: [] })

function scriptOf(store: OutboxStore, own: readonly Statement[], events: readonly PendingEvent[]) {
  // The DO clears the id that an earlier transaction made, so that no event is published under it.
  const prologue = [statement('START TRANSACTION'), statement('DO LAST_INSERT_ID(0)')]
  const publishing = events.length === 0 ? [] : [store.insert(events), store.remove?.(events.length)]
  return [...prologue, ...own, ...publishing.filter(each => each !== undefined), statement('COMMIT')]
}
