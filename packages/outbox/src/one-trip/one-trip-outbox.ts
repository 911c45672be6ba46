import type { PoolOptions } from 'mysql2/promise'
import type { OutboxOptions } from '../append-to-outbox.ts'
import { generatedId } from '../define-event.ts'
import { encodePayloads } from '../stores/payload.ts'
import { checkConnection, type ReadRows, requireIds } from '../stores/check-connection.ts'
import {
  deleteStore,
  generatedIdVariable,
  type OutboxStore,
  type PendingEvent,
  type Statement,
  withoutActors
} from '../stores/store.ts'
import { type OneTripBounds, openPool, runScript } from './pool.ts'
import { type BoundStatement, requireBound, statementOfId } from './sql.ts'

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
   * an idempotency key makes a repeat safe. With `generatedId` an event's aggregate id is the first AUTO_INCREMENT id that
   * the statement generates; of several statements, name one with `generatesId`. Nothing can be decided between the
   * statements, but one that fails undoes all of them, and the error's `cause` is the driver's: `ER_DUP_ENTRY` of a key
   * that is inserted first says that the request is a repeat.
   */
  readonly commit: (
    statements: BoundStatement | readonly BoundStatement[],
    events: PendingEvent | readonly PendingEvent[]
  ) => Promise<readonly StatementResult[]>
  /** Closes the connections. Running commits finish first, for `silenceMs` at most. */
  readonly close: () => Promise<void>
}

/**
 * The fastest way to commit rows and their events, where everything to write is known beforehand, an idempotency key
 * included. Code that reads first and then decides what to write needs a transaction and `createOutbox`. Sessions are
 * READ COMMITTED, strict and in UTC. Every wait is bounded. Rejects with `STORE_MISMATCH` for a table of another store, and
 * with a retryable `WRITE_FAILED` while MySQL is down. Needs the package mysql2.
 */
export async function openOneTripOutbox(options: OneTripOptions): Promise<OneTripOutbox> {
  const { store = deleteStore, connection, connections = 10, waitMs = 2_000, silenceMs = 10_000 } = options
  const expected = { store: store.name, column: options.encoding?.column }
  const check = (read: ReadRows) => checkConnection(expected, read)
  const pool = await openPool({ connection, connections, check, waitMs, silenceMs })
  const {
    connection: first,
    ids,
    actors
  } = await pool.acquire().catch(async (cause: unknown) => {
    await pool.close()
    throw cause
  })
  first.release()
  return {
    async commit(statements, events) {
      const own = [statements].flat()
      requireBound(own)
      const list = encodePayloads([events].flat(), options)
      requireIds(list, ids)
      const script = scriptOf(store, own, actors ? list : withoutActors(list))
      const results = await runScript(pool, script)
      const ours = results.filter((_, index) => own.includes(script[index] as BoundStatement))
      return ours.map(({ affectedRows, insertId }) => ({ affectedRows, insertId }))
    },
    close: pool.close
  }
}

const statement = (sql: string): Statement => ({ sql, values: [] })

function scriptOf(store: OutboxStore, own: readonly Statement[], events: readonly PendingEvent[]) {
  const idFrom = events.some(event => event.aggregateId === generatedId) ? statementOfId(own) : undefined
  // Cleared before and kept after it, so that an event can't go out under the id that another statement generated.
  const writing = own.flatMap(each => (each === idFrom ? [statement('DO LAST_INSERT_ID(0)'), each, keepId] : [each]))
  const publishing = events.length === 0 ? [] : [store.insert(events), store.remove?.(events.length)]
  const sent = [...writing, ...publishing].filter(each => each !== undefined)
  return [statement('START TRANSACTION'), ...sent, statement('COMMIT')]
}

const keepId = statement(`SET ${generatedIdVariable} = NULLIF(LAST_INSERT_ID(), 0)`)
