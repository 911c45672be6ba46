import type { AggregateIdKind } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import { type OpenTransaction, requireInTransaction } from '../transactions/open-transaction.ts'
import { requireIds } from './check-connection.ts'
import { type PendingEvent, writeFailed } from './store.ts'
import { alreadyEnded } from './write-to-mysql.ts'

// One statement takes 65,535 values at most.
const mostRows = 1_000

/** Writes events into PostgreSQL's table `outbox`: inserted and deleted at once, because Debezium reads the WAL. */
export function createPostgresWriter() {
  const checked = new WeakMap<object, AggregateIdKind>()

  async function idsOf(open: OpenTransaction): Promise<AggregateIdKind> {
    const connection = await open.connection()
    const known = checked.get(connection)
    if (known !== undefined) return known
    const ids = await checkPostgres(async sql => (await open.run(sql, [])).rows).catch(writeFailed)
    checked.set(connection, ids)
    return ids
  }

  return async (open: OpenTransaction, events: readonly PendingEvent[]): Promise<void> => {
    requireIds(events, await idsOf(open))
    if (open.noticesEnd !== true) await requireInTransaction(open).catch(writeFailed)
    for (let at = 0; at < events.length; at += mostRows) await write(open, events.slice(at, at + mostRows))
  }
}

const columns: Readonly<Record<string, (event: PendingEvent) => string | number | null>> = {
  event: event => event.name,
  event_id: event => event.aggregateId as string | number,
  payload: event => event.json,
  message_id: event => event.messageId,
  aggregate: event => event.aggregate,
  aggregate_version: event => event.aggregateVersion ?? null,
  schema_version: event => event.schemaVersion,
  correlation_id: event => event.correlationId ?? null,
  causation_id: event => event.causationId ?? null,
  traceparent: event => event.traceparent ?? null
}
const names = Object.keys(columns)
const row = `(${names.map(() => '?').join(', ')})`

async function write(open: OpenTransaction, events: readonly PendingEvent[]): Promise<void> {
  const insert = `INSERT INTO outbox (${names.join(', ')}) VALUES ${events.map(() => row).join(', ')}
    RETURNING id, pg_current_xact_id()::text AS transaction`
  const values = events.flatMap(event => Object.values(columns).map(column => column(event)))
  const written = (await open.run(insert, values).catch(writeFailed)).rows
  const ids = written.map(({ id }) => String(id))
  const remove = `DELETE FROM outbox WHERE id IN (${ids.map(() => '?').join(', ')})
    RETURNING pg_current_xact_id()::text AS transaction`
  const removed = (await open.run(remove, ids).catch(writeFailed)).rows
  if (written[0]?.['transaction'] !== removed[0]?.['transaction']) throw alreadyEnded()
  if (removed.length !== events.length)
    throw new OutboxError('STORE_MISMATCH', `The table outbox accepted ${removed.length} of ${events.length} rows`)
}

// One round trip, because each new connection of a writer asks it.
const query = `SELECT current_setting('wal_level') AS wal_level, table_of.relpersistence AS persistence,
    (SELECT format_type(atttypid, NULL) FROM pg_attribute
     WHERE attrelid = table_of.oid AND attname = 'event_id') AS event_id,
    EXISTS (SELECT 1 FROM pg_publication_tables AS p JOIN pg_publication AS own USING (pubname)
      WHERE p.schemaname = table_of.relnamespace::regnamespace::text AND p.tablename = 'outbox' AND own.pubinsert)
      AS published
  FROM (SELECT to_regclass('outbox') AS oid) AS found LEFT JOIN pg_class AS table_of ON table_of.oid = found.oid`

type ReadRows = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** Rejects a database whose events Debezium couldn't read. Resolves to what the table's aggregate ids are. */
export async function checkPostgres(read: ReadRows): Promise<AggregateIdKind> {
  const [{ wal_level: level, persistence, event_id: type, published } = {}] = await read(query)
  const unfit = (message: string) => new OutboxError('WAL_UNFIT', `${message}, so its events would never be published`)
  if (level !== 'logical') throw unfit(`Debezium needs wal_level=logical; this server has ${String(level)}`)
  if (persistence === null || persistence === undefined)
    throw new OutboxError(
      'STORE_MISMATCH',
      'There is no table outbox in the search_path of this connection: create it with createOutboxTables'
    )
  if (persistence !== 'p') throw unfit('The table outbox is unlogged or temporary: the WAL lacks its rows')
  if (published !== true) throw unfit('No publication sends the inserts of the table outbox')
  return type === 'bigint' ? 'integer' : 'string'
}
