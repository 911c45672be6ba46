import type { Knex } from 'knex'
import type { OutboundEvent } from './define-event.ts'
import { encoded, type PayloadEncoding } from './encoding.ts'
import { OutboxError } from './errors.ts'
import { refuseClosed } from './refuse-closed.ts'
import { defaultMaxEventBytes, refuseTooLarge } from './refuse-too-large.ts'
import { createStore, type StoreOptions } from './stores/create-store.ts'
import { requireTable } from './stores/require-table.ts'
import type { Statement } from './stores/statement.ts'
import type { StoreName } from './stores/store.ts'
import { writeFailed } from './stores/write-failed.ts'
import { inContext } from './tracing/message-context.ts'

/** The outbox table of one service, whichever database the transaction belongs to. */
export type Outbox = {
  readonly store: StoreName
  /**
   * Publishes the events, in their order, when and only when `trx` commits. The same event object appended twice is the
   * same message twice: it takes effect once. Rejects with `TRANSACTION_REQUIRED`, `EVENT_INVALID`, `EVENT_TOO_LARGE`,
   * `STORE_MISMATCH` or `WRITE_FAILED`, which may be retryable: let the error roll the transaction back.
   */
  append(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void>
}

/** How the outbox is written, and how large an event may be. */
export type OutboxOptions = StoreOptions & {
  /** The most that an event may take in Kafka, in bytes; 900,000 by default, which Kafka's own default of 1 MiB takes. */
  readonly maxEventBytes?: number | undefined
  /** How payloads lie in the row: JSON by default; `avroEncoding` of `@outbox-cdc/outbox/avro` for typed events. */
  readonly encoding?: PayloadEncoding | undefined
}

/**
 * The table `outbox` of the transaction's database, written in the way that `store` names. Throws `STORE_UNAVAILABLE`
 * for a blackhole store without its `writer` number. Holds no connection; make one for each service.
 */
export function createOutbox({ maxEventBytes = defaultMaxEventBytes, encoding, ...options }: OutboxOptions): Outbox {
  const store = createStore(options)
  const requireTableOnce = createTableCheck({ ...options, encoding })
  return {
    store: store.name,
    async append(trx, events) {
      refuseClosed(trx)
      const list = encoded(inContext(trx, events), encoding)
      if (list.length === 0) return
      refuseTooLarge(list, maxEventBytes)
      await requireTableOnce(trx)
      const firstId = await write(trx, store.insert(list), list.length)
      if (store.remove !== undefined) await write(trx, store.remove(list.length, firstId), list.length)
    }
  }
}

const standard = createOutbox({ store: 'delete' })

/**
 * Publishes one event, or several in their order, when and only when `trx` commits: `createOutbox({ store: 'delete' })`
 * ready made, with the errors of `Outbox.append`. The row is inserted and deleted at once: Debezium reads the binlog.
 */
export function appendToOutbox(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void> {
  return standard.append(trx, events)
}

/**
 * Rejects with `STORE_MISMATCH` where the table outbox is missing, or was made for another store or encoding. The first
 * append would refuse it too; with this a service refuses to start. Changes nothing, and needs no transaction.
 */
export async function requireOutboxTable(
  db: Knex,
  { store, encoding }: Pick<OutboxOptions, 'store' | 'encoding'>
): Promise<void> {
  await requireTable({ store, column: encoding?.column }, async sql => {
    const [rows]: readonly (readonly Record<string, unknown>[])[] = await db.raw(sql)
    return rows ?? []
  })
}

/** One look at the table for each knex instance; its transactions share the config object. */
function createTableCheck({ store, encoding }: OutboxOptions): (trx: Knex.Transaction) => Promise<void> {
  const checked = new WeakSet<object>()
  return async trx => {
    const { config } = trx.client as { readonly config: object }
    if (checked.has(config)) return
    await requireOutboxTable(trx, { store, encoding }).catch((error: Error) => {
      throw error instanceof OutboxError ? error : writeFailed(error)
    })
    checked.add(config)
  }
}

type Header = { readonly affectedRows: number; readonly insertId: number; readonly serverStatus: number }
const inTransaction = 1

/** Answers the id of the first row that the statement made. */
async function write(trx: Knex.Transaction, { sql, values }: Statement, expectedRows: number): Promise<number> {
  const answer: Header | readonly Header[] = await trx.raw(sql, values as Knex.RawBinding[]).catch(writeFailed)
  // A knex instance may have a hook that unwraps what the driver answers.
  const { affectedRows = 0, insertId = 0, serverStatus = 0 } = [answer].flat()[0] ?? {}
  // A deadlock that was caught, or DDL, ends the transaction at the server while the handle still looks open.
  if ((serverStatus & inTransaction) === 0)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'The server had already ended this transaction (a deadlock that was caught, or DDL): the event went out alone'
    )
  if (affectedRows !== expectedRows)
    throw new OutboxError('STORE_MISMATCH', `The table outbox took ${affectedRows} of ${expectedRows} rows`)
  return insertId
}
