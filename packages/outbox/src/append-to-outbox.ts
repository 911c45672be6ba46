import type { Knex } from 'knex'
import { type AggregateIdKind, generatedId, type OutboundEvent } from './define-event.ts'
import { OutboxError } from './errors.ts'
import { plain } from './plain-knex.ts'
import { readBinlogStatus } from './stores/binlog-status.ts'
import { checkConnection, type Connected, requireIds, rowsOf } from './stores/check-connection.ts'
import { splitByPacket } from './stores/packets.ts'
import { encodePayloads, type PayloadEncoding } from './stores/payload.ts'
import {
  deleteStore,
  type OutboxStore,
  type PendingEvent,
  type Statement,
  type StoreName,
  writeFailed
} from './stores/store.ts'
import { inContext } from './tracing/message-context.ts'

/** Publishes events through the table `outbox` of the transaction's database. */
export type Outbox = {
  readonly store: StoreName
  /**
   * Publishes the events, in their order, when and only when `trx` commits. The same event object appended twice is the
   * same message twice, and takes effect once. Rejects with `TRANSACTION_REQUIRED`, `EVENT_INVALID`, `EVENT_TOO_LARGE`,
   * `BINLOG_UNFIT`, `STORE_MISMATCH` or `WRITE_FAILED`, which may be retryable. Let the error roll the transaction back.
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
  const connectionOf = createConnectionChecks({ store: store.name, encoding: options.encoding })
  return {
    store: store.name,
    async append(trx, events) {
      requireOpenTransaction(trx)
      const list = encodePayloads(inContext(trx, events), options)
      if (list.length === 0) return
      requireKnownIds(list)
      const { ids, mostBytes } = await connectionOf(trx)
      requireIds(list, ids)
      for (const part of splitByPacket(list, mostBytes)) {
        const firstId = await write(trx, store.insert(part), part.length)
        if (store.remove !== undefined) await write(trx, store.remove(part.length, firstId), part.length)
      }
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

/** The table that is expected: for which store and which ids it was made, and how payloads are stored in it. */
type ExpectedTable = {
  readonly store?: StoreName | undefined
  readonly encoding?: PayloadEncoding | undefined
  readonly aggregateId?: AggregateIdKind | undefined
}

/**
 * Rejects with `STORE_MISMATCH` if the table `outbox` is missing or was made for another store, encoding or kind of ids, and with
 * `BINLOG_UNFIT` if a session of `db` writes no whole rows to the binlog, or if the server leaves this database out (seen
 * only by an account with REPLICATION CLIENT). With this a service refuses to start. Changes nothing, needs no transaction.
 */
export async function requireOutboxTable(
  db: Knex,
  { store = 'delete', encoding, aggregateId }: ExpectedTable
): Promise<void> {
  const read = (sql: string) => rowsOf(db, sql)
  const { database } = await checkConnection({ store, column: encoding?.column, aggregateId }, read)
  await readBinlogStatus(database, read).catch((error: unknown) => {
    if (!(error instanceof OutboxError && error.code === 'GRANT_MISSING')) throw error
  })
}

/** Checks each connection at its first append, because a session decides by itself what it writes to the binlog. */
function createConnectionChecks({ store = 'delete', encoding }: ExpectedTable) {
  const checked = new WeakMap<object, Connected>()
  return async (trx: Knex.Transaction): Promise<Connected> => {
    const connection: object = await trx.client.acquireConnection()
    const known = checked.get(connection)
    if (known !== undefined) return known
    const expected = { store, column: encoding?.column }
    const connected = await checkConnection(expected, sql => rowsOf(trx, sql)).catch(writeFailed)
    checked.set(connection, connected)
    return connected
  }
}

type Header = { readonly affectedRows: number; readonly insertId: number | string; readonly serverStatus: number }
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
  // With the driver option bigNumberStrings it's text.
  return Number(insertId)
}

/** Only a round trip of `openOneTripOutbox` can wait for the id. The types prevent this; a cast still gets here. */
function requireKnownIds(events: readonly PendingEvent[]): void {
  const unknown = events.find(({ aggregateId }) => aggregateId === generatedId)
  if (unknown === undefined) return
  const message = `Event ${unknown.name} has the aggregate id generatedId: append it with the id that the INSERT returned`
  throw new OutboxError('EVENT_INVALID', message)
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
