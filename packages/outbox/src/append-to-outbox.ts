import type { Knex } from 'knex'
import type { OutboundEvent } from './define-event.ts'
import { OutboxError } from './errors.ts'
import { plain } from './plain-knex.ts'
import { encodePayloads, type PayloadEncoding } from './stores/payload.ts'
import { requireTable, rowsOf } from './stores/require-table.ts'
import { deleteStore, type OutboxStore, type Statement, type StoreName, writeFailed } from './stores/store.ts'
import { inContext } from './tracing/message-context.ts'

/** Publishes events through the table `outbox` of the transaction's database. */
export type Outbox = {
  readonly store: StoreName
  /**
   * Publishes the events, in their order, when and only when `trx` commits. The same event object appended twice is the
   * same message twice, and takes effect once. Rejects with `TRANSACTION_REQUIRED`, `EVENT_INVALID`, `EVENT_TOO_LARGE`,
   * `STORE_MISMATCH` or `WRITE_FAILED`, which may be retryable. Let the error roll the transaction back.
   */
  append(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void>
}

/** How the outbox is written, and how large an event may be. */
export type OutboxOptions = {
  /** By default the row is inserted and deleted at once; `blackholeStore` of `@outbox-cdc/outbox/blackhole` stores none. */
  readonly store?: OutboxStore | undefined
  /** The most bytes that an event may take in Kafka; 900,000 by default, which fits into Kafka's default of 1 MiB. */
  readonly maxEventBytes?: number | undefined
  /** How payloads are stored in the row: JSON by default; `avroEncoding` of `@outbox-cdc/outbox/avro` for Avro. */
  readonly encoding?: PayloadEncoding | undefined
}

/** Writes to the table `outbox` of the transaction's database. Holds no connection. */
export function createOutbox(options: OutboxOptions = {}): Outbox {
  const { store = deleteStore } = options
  const expected = { store: store.name, encoding: options.encoding }
  const checked = new WeakSet<object>()
  return {
    store: store.name,
    async append(trx, events) {
      requireOpenTransaction(trx)
      const list = encodePayloads(inContext(trx, events), options)
      if (list.length === 0) return
      // Once for each knex instance: its transactions share the config object.
      const { config } = trx.client as { readonly config: object }
      if (!checked.has(config)) await requireOutboxTable(trx, expected).catch(writeFailed)
      checked.add(config)
      const firstId = await write(trx, store.insert(list), list.length)
      if (store.remove !== undefined) await write(trx, store.remove(list.length, firstId), list.length)
    }
  }
}

const standard = createOutbox()

/**
 * Publishes one event, or several in their order, when and only when `trx` commits. The row is inserted and deleted at
 * once, because Debezium reads the binlog. Rejects with the errors of `Outbox.append`.
 */
export function appendToOutbox(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void> {
  return standard.append(trx, events)
}

/** The table that is expected: for which store it was made, and how payloads are stored in it. */
type ExpectedTable = { readonly store?: StoreName | undefined; readonly encoding?: PayloadEncoding | undefined }

/**
 * Rejects with `STORE_MISMATCH` if the table `outbox` is missing or was made for another store or encoding. The first
 * append would reject too; with this a service refuses to start. Changes nothing, and needs no transaction.
 */
export async function requireOutboxTable(db: Knex, { store = 'delete', encoding }: ExpectedTable): Promise<void> {
  await requireTable({ store, column: encoding?.column }, sql => rowsOf(db, sql))
}

type Header = { readonly affectedRows: number; readonly insertId: number; readonly serverStatus: number }
const inTransaction = 1

/** Resolves to the id of the first row that the statement made. */
async function write(trx: Knex.Transaction, { sql, values }: Statement, expectedRows: number): Promise<number> {
  const bindings = values as Knex.RawBinding[]
  const [{ affectedRows, insertId, serverStatus }]: [Header] = await plain(trx).raw(sql, bindings).catch(writeFailed)
  // A caught deadlock, or DDL, ends the transaction at the server, while the handle still looks open.
  if ((serverStatus & inTransaction) === 0)
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'The server had already ended this transaction (a caught deadlock, or DDL): the event was published without it'
    )
  if (affectedRows !== expectedRows)
    throw new OutboxError('STORE_MISMATCH', `The table outbox accepted ${affectedRows} of ${expectedRows} rows`)
  return insertId
}

/** The types prevent most of this; JavaScript callers, casts and forgotten awaits still get here. */
export function requireOpenTransaction(trx: Knex.Transaction | null | undefined): void {
  const reject = (what: string): never => {
    throw new OutboxError('TRANSACTION_REQUIRED', `Got ${what}: append within db.transaction(async trx => …)`)
  }
  if (typeof trx !== 'function') return reject('no transaction')
  if (!trx.isTransaction) return reject('a plain connection, not a transaction')
  if (trx.isCompleted()) reject('a transaction that has already ended')
}
