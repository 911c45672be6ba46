import type { Knex } from 'knex'
import { type AggregateIdKind, generatedId, type OutboundEvent } from './define-event.ts'
import { OutboxError } from './errors.ts'
import { isPostgres } from './inbox/inbox-tables.ts'
import { readBinlogStatus } from './stores/binlog-status.ts'
import { checkConnection, type ReadRows, rowsOf } from './stores/check-connection.ts'
import { encodePayloads, type PayloadEncoding } from './stores/payload.ts'
import { deleteStore, type OutboxStore, type PendingEvent, type StoreName } from './stores/store.ts'
import { createMysqlWriter } from './stores/write-to-mysql.ts'
import { checkPostgres, postgresRows } from './stores/check-postgres.ts'
import { createPostgresWriter } from './stores/write-to-postgres.ts'
import { inContext } from './tracing/message-context.ts'
import { type AnyTransaction, type OpenTransaction, openTransactionOf } from './transactions/open-transaction.ts'

/** Publishes events through the transaction's database. */
export type Outbox = {
  readonly store: StoreName
  /**
   * Publishes the events, in their order, when and only when `trx` commits. The same event object appended twice is the
   * same message twice, and takes effect once. Rejects with `TRANSACTION_REQUIRED`, `EVENT_INVALID`, `EVENT_TOO_LARGE`,
   * `BINLOG_UNFIT`, `WAL_UNFIT`, `STORE_MISMATCH`, `STORE_UNAVAILABLE` or `WRITE_FAILED`, which may be retryable. Let the
   * error roll the transaction back.
   */
  append(trx: AnyTransaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void>
}

/** How the outbox is written, and how large an event may be. */
export type OutboxOptions = {
  /**
   * By default the row is inserted and deleted at once. `blackholeStore` of `@outbox-cdc/outbox/blackhole` (MySQL) and
   * `messageStore` of `@outbox-cdc/outbox/message` (PostgreSQL) store none.
   */
  readonly store?: OutboxStore | undefined
  /** The most bytes that an event may take in Kafka; 900,000 by default, which fits into Kafka's default of 1 MiB. */
  readonly maxEventBytes?: number | undefined
  /** How payloads are stored in the row: JSON by default; `avroEncoding` of `@outbox-cdc/outbox/avro` for Avro. */
  readonly encoding?: PayloadEncoding | undefined
}

/** Writes to the transaction's database. Holds no connection. */
export function createOutbox(options: OutboxOptions = {}): Outbox {
  const { store = deleteStore } = options
  const write = {
    mysql: createMysqlWriter(store, { store: store.name, column: options.encoding?.column }),
    postgresql: createPostgresWriter(store, options.encoding)
  }
  return {
    store: store.name,
    async append(trx, events) {
      const open = openTransactionOf(trx)
      const list = encodePayloads(inContext(trx, events), options)
      if (list.length === 0) return
      requireKnownIds(list)
      await write[open.dialect](open, list)
    }
  }
}

const standard = createOutbox()

/**
 * Publishes one event, or several in their order, when and only when `trx` commits. The row is inserted and deleted at
 * once, because Debezium reads the database's log. Rejects with the errors of `Outbox.append`.
 */
export function appendToOutbox(trx: AnyTransaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void> {
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
 * only by an account with REPLICATION CLIENT), or with `WAL_UNFIT` if PostgreSQL's WAL would lack the events. With this a service refuses
 * to start. Changes nothing. Takes knex, or a transaction of another library by its adapter.
 */
export async function requireOutboxTable(
  db: Knex | OpenTransaction,
  { store = 'delete', encoding, aggregateId }: ExpectedTable
): Promise<void> {
  const isKnex = typeof db === 'function'
  const onPostgres = isKnex ? isPostgres(db) : db.dialect === 'postgresql'
  const byKnex = (knex: Knex): ReadRows => (onPostgres ? postgresRows(knex) : sql => rowsOf(knex, sql))
  const read = isKnex ? byKnex(db) : rowsBy(db)
  if (onPostgres) return void (await checkPostgres({ store, aggregateId }, read))
  const { database } = await checkConnection({ store, column: encoding?.column, aggregateId }, read)
  await readBinlogStatus(database, read).catch((error: unknown) => {
    if (!(error instanceof OutboxError && error.code === 'GRANT_MISSING')) throw error
  })
}

const rowsBy =
  ({ run }: OpenTransaction): ReadRows =>
  async sql =>
    (await run(sql, [])).rows

/** Only a round trip of `openOneTripOutbox` can wait for the id. The types prevent this; a cast still gets here. */
function requireKnownIds(events: readonly PendingEvent[]): void {
  const unknown = events.find(({ aggregateId }) => aggregateId === generatedId)
  if (unknown === undefined) return
  const message = `Event ${unknown.name} has the aggregate id generatedId: append it with the id that the INSERT returned`
  throw new OutboxError('EVENT_INVALID', message)
}
