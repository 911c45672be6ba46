import type { Knex } from 'knex'
import type { AggregateIdKind } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import type { ReadRows, TableFacts } from './check-connection.ts'
import type { StoreName } from './store.ts'

// One round trip, because each new connection of a writer asks it. All as text, which no type parser of the caller changes.
const query = `SELECT current_setting('wal_level') AS wal_level, current_setting('client_encoding') AS encoding, table_of.relpersistence::text AS persistence,
    (SELECT format_type(atttypid, NULL) FROM pg_attribute
     WHERE attrelid = table_of.oid AND attname = 'event_id') AS event_id,
    (SELECT attname::text FROM pg_attribute
     WHERE attrelid = table_of.oid AND attname = 'actor' AND NOT attisdropped) AS actor,
    (SELECT min(pubname::text) FROM pg_publication_tables AS p JOIN pg_publication AS own USING (pubname)
     WHERE p.schemaname = table_of.relnamespace::regnamespace::text AND p.tablename = 'outbox' AND own.pubinsert)
      AS published_by,
    (SELECT string_agg(DISTINCT obj_description(oid, 'pg_publication'), ', ') FROM pg_publication
     WHERE obj_description(oid, 'pg_publication') LIKE 'outbox messages with % ids') AS messages
  FROM (SELECT to_regclass('outbox') AS oid) AS found LEFT JOIN pg_class AS table_of ON table_of.oid = found.oid`

/** How a publication without a table says that it is there for messages, and what the connector takes for ids. */
export const publicationComment = (ids: AggregateIdKind) => `outbox messages with ${ids} ids`

type ExpectedOutbox = { readonly store: StoreName; readonly aggregateId?: AggregateIdKind | undefined }

/** Rejects a database whose events Debezium couldn't read. Resolves to what the outbox holds. */
export async function checkPostgres({ store, aggregateId }: ExpectedOutbox, read: ReadRows): Promise<TableFacts> {
  const [row = {}] = (await read(query)) as readonly Row[]
  if (row['wal_level'] !== 'logical')
    throw unfit(`Debezium needs wal_level=logical; this server has ${row['wal_level']}`)
  const isMessage = store === 'message'
  const actual = isMessage ? idsOfMessages(row) : idsOfTable(row)
  if (aggregateId === undefined || aggregateId === actual)
    return { ids: actual, actors: isMessage || row['actor'] === 'actor' }
  throw mismatch(`The outbox was made for ${actual} ids, not for ${aggregateId} ids`)
}

type Row = Readonly<Record<string, string | null | undefined>>

function idsOfTable({ encoding, persistence, published_by: publication, event_id: type }: Row): AggregateIdKind {
  // Drivers send UTF-8 all the same. A message is ASCII.
  if (encoding !== 'UTF8')
    throw new OutboxError(
      'STORE_UNAVAILABLE',
      `PostgreSQL would change the text of events: client_encoding of this connection is ${encoding}; it must be UTF8`
    )
  if (persistence === null || persistence === undefined)
    throw mismatch('There is no table outbox in the search_path of this connection: create it with createOutboxTables')
  if (persistence !== 'p') throw unfit('The table outbox is unlogged or temporary: the WAL lacks its rows')
  if (publication === null) throw unfit('No publication sends the inserts of the table outbox')
  return type === 'bigint' ? 'integer' : 'string'
}

function idsOfMessages({ messages }: Row): AggregateIdKind {
  const ids = (['integer', 'string'] as const).find(kind => messages === publicationComment(kind))
  if (ids !== undefined) return ids
  throw mismatch(
    `One publication of this database must have the comment '${publicationComment('integer')}' (or string), but there is ` +
      `${messages === null ? 'none' : `'${messages}'`}: create it with createOutboxTables(db, { store: 'message' })`
  )
}

const unfit = (message: string) => new OutboxError('WAL_UNFIT', `${message}, so its events would never be published`)
const mismatch = (message: string) => new OutboxError('STORE_MISMATCH', message)

/** Runs the queries of a check by knex. */
export const postgresRows =
  (db: Knex): ReadRows =>
  async sql =>
    (await plain(db).raw(sql)).rows
