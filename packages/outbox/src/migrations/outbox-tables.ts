import type { Knex } from 'knex'
import type { AggregateIdKind } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'
import type { PayloadColumn } from '../stores/payload.ts'
import { type BinlogStatus, readBinlogStatus } from '../stores/binlog-status.ts'
import {
  checkConnection,
  checkSession,
  columnTypes,
  idTypes,
  type ReadRows,
  rowsOf
} from '../stores/check-connection.ts'
import type { StoreName } from '../stores/store.ts'
import { requirePostgresStore } from '../stores/write-to-postgres.ts'
import { createPostgresOutbox, dropPostgresOutbox } from './postgres-tables.ts'

/** For which store it is made, and the types of its payload and its aggregate ids. */
export type OutboxTablesOptions = {
  /** `delete` by default. */
  readonly store?: StoreName | undefined
  /** `json` by default; `bytes` for an outbox with an encoding such as Avro. */
  readonly payload?: PayloadColumn | undefined
  /** `integer` by default; `string` for UUIDs, ULIDs and the like. One table holds one kind. */
  readonly aggregateId?: AggregateIdKind | undefined
  /**
   * Adds the column `actor`, also to a table that is there already: events carry who caused them. False by default, and false leaves
   * the column that is there.
   */
  readonly actor?: boolean | undefined
  /** On PostgreSQL, the publication that the connector reads; `outbox` by default. */
  readonly publication?: string | undefined
}

/**
 * Creates `outbox` for one store (`delete` by default), and `outbox_position`: the binlog position before the first event.
 * A connector that is created later starts there, so that no event is lost. A repeat keeps both as they are, but records the
 * position again if it belongs to another server, as after a dump was loaded. Rejects with `GRANT_MISSING` without
 * REPLICATION CLIENT, with `BINLOG_UNFIT` for a binlog that Debezium can't read or that leaves this database out, with
 * `STORE_UNAVAILABLE` if the server lacks the engine, and with `STORE_MISMATCH` if there is a table for another store or other ids.
 * MySQL commits DDL at once, so a surrounding transaction doesn't undo it.
 *
 * On PostgreSQL it creates `outbox` and a publication of its inserts; for the store `message` it creates a publication without a
 * table, whose comment says what ids are. Rejects with `WAL_UNFIT` without `wal_level=logical`.
 */
export async function createOutboxTables(
  knex: Knex,
  {
    store = 'delete',
    payload = 'json',
    aggregateId = 'integer',
    actor = false,
    publication = 'outbox'
  }: OutboxTablesOptions = {}
): Promise<void> {
  if (isPostgres(knex)) {
    requirePostgresStore(store, payload)
    return createPostgresOutbox(knex, { store, aggregateId, actor, publication })
  }
  if (store === 'message') throw new OutboxError('STORE_UNAVAILABLE', 'The store message needs PostgreSQL')
  const read: ReadRows = sql => rowsOf(knex, sql)
  const { database } = await checkSession(read)
  if (store === 'blackhole') await requireBlackhole(knex)
  await recordPosition(knex, await readBinlogStatus(database, read))
  await plain(knex).raw(outboxDdl({ store, payload, aggregateId }))
  const { actors } = await checkConnection({ store, column: payload, aggregateId }, read)
  if (actor && !actors) await plain(knex).raw('ALTER TABLE outbox ADD COLUMN actor VARCHAR(64) NULL')
}

/** Drops what `createOutboxTables` created. Missing tables are fine, so it can be repeated. */
export async function dropOutboxTables(
  knex: Knex,
  { publication = 'outbox' }: Pick<OutboxTablesOptions, 'publication'> = {}
): Promise<void> {
  if (isPostgres(knex)) return dropPostgresOutbox(knex, publication)
  await plain(knex).raw('DROP TABLE IF EXISTS outbox')
  await plain(knex).raw('DROP TABLE IF EXISTS outbox_position')
}

async function requireBlackhole(knex: Knex): Promise<void> {
  const [engine] = await rowsOf<{ support: string; disabled: number }>(
    knex,
    `SELECT SUPPORT AS support, FIND_IN_SET('BLACKHOLE', UPPER(@@disabled_storage_engines)) AS disabled
     FROM information_schema.ENGINES WHERE ENGINE = 'BLACKHOLE'`
  )
  const supported = engine?.support === 'YES' || engine?.support === 'DEFAULT'
  if (supported && engine.disabled === 0) return
  const reason = engine === undefined ? 'does not have it' : 'has disabled it'
  throw new OutboxError(
    'STORE_UNAVAILABLE',
    `The blackhole store needs the engine BLACKHOLE, and this server ${reason}`
  )
}

/** With GTIDs a position is of this server if the server has run all that came before; without, if it is of its binlog. */
const isOfAnotherServer = `IF(gtid_set <> '', NOT GTID_SUBSET(gtid_set, @@GLOBAL.gtid_executed),
  COALESCE(server_uuid, @@server_uuid) <> @@server_uuid)`

async function recordPosition(knex: Knex, status: BinlogStatus): Promise<void> {
  await plain(knex).raw(positionDdl)
  const columns = await rowsOf<{ Field: string }>(knex, "SHOW COLUMNS FROM outbox_position LIKE 'server_uuid'")
  if (columns.length === 0) await plain(knex).raw('ALTER TABLE outbox_position ADD COLUMN server_uuid CHAR(36) NULL')
  await plain(knex).raw(`DELETE FROM outbox_position WHERE ${isOfAnotherServer}`)
  await plain(knex).raw(
    `INSERT IGNORE INTO outbox_position (id, binlog_file, binlog_position, gtid_set, server_uuid)
     VALUES (1, ?, ?, ?, @@server_uuid)`,
    [status.File, status.Position, status.Executed_Gtid_Set]
  )
}

type OutboxTables = {
  readonly [Option in 'store' | 'payload' | 'aggregateId']: NonNullable<OutboxTablesOptions[Option]>
}

/** The table `outbox`. Its first five columns become the value in Kafka. */
function outboxDdl({ store, payload, aggregateId }: Required<OutboxTables>): string {
  const [autoIncrement, engine] = store === 'delete' ? ['AUTO_INCREMENT', 'InnoDB'] : ['', 'BLACKHOLE']
  return `
    CREATE TABLE IF NOT EXISTS outbox (
      id                BIGINT NOT NULL ${autoIncrement},
      event             VARCHAR(100) NOT NULL,
      event_id          ${idTypes[aggregateId]} NOT NULL COMMENT 'the aggregate id: the Kafka key',
      payload           ${columnTypes[payload]} NOT NULL,
      created_at        TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      message_id        CHAR(36) NOT NULL COMMENT 'from here on: lifted into Kafka headers by Connect',
      aggregate         VARCHAR(64) NOT NULL,
      aggregate_version INT NULL,
      schema_version    SMALLINT NOT NULL,
      correlation_id    VARCHAR(64) NULL,
      causation_id      VARCHAR(64) NULL,
      traceparent       VARCHAR(55) NULL,
      PRIMARY KEY (id)
    ) ENGINE=${engine} DEFAULT CHARSET=utf8mb4`
}

const positionDdl = `
  CREATE TABLE IF NOT EXISTS outbox_position (
    id              TINYINT NOT NULL PRIMARY KEY,
    binlog_file     VARCHAR(255) NOT NULL,
    binlog_position BIGINT NOT NULL,
    gtid_set        TEXT NOT NULL,
    server_uuid     CHAR(36) NULL,
    recorded_at     TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
