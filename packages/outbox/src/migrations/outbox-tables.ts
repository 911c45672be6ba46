import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'

const outboxTable = `
  CREATE TABLE IF NOT EXISTS outbox (
    id                BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    event             VARCHAR(100) NOT NULL,
    event_id          BIGINT NOT NULL COMMENT 'the aggregate id: the Kafka key',
    payload           JSON NOT NULL,
    created_at        TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    -- from here on: lifted into Kafka headers by Connect
    message_id        CHAR(36) NOT NULL,
    aggregate         VARCHAR(64) NOT NULL,
    aggregate_version INT NULL,
    schema_version    SMALLINT NOT NULL,
    correlation_id    VARCHAR(64) NULL,
    causation_id      VARCHAR(64) NULL,
    traceparent       VARCHAR(55) NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

const positionTable = `
  CREATE TABLE IF NOT EXISTS outbox_position (
    id              TINYINT NOT NULL PRIMARY KEY,
    binlog_file     VARCHAR(255) NOT NULL,
    binlog_position BIGINT NOT NULL,
    gtid_set        TEXT NOT NULL,
    recorded_at     TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/**
 * Creates `outbox`, and `outbox_position`: the binlog position before the first event, from which a connector must
 * begin so that events committed before it existed are not lost. A repeat keeps both as they are. Needs REPLICATION
 * CLIENT; MySQL commits DDL at once, so a surrounding transaction does not undo it.
 */
export async function createOutboxTables(knex: Knex): Promise<void> {
  await refuseUnfitBinlog(knex)
  const position = await readBinlogPosition(knex)
  await knex.raw(positionTable)
  await knex('outbox_position')
    .insert({ id: 1, ...position })
    .onConflict('id')
    .ignore()
  await knex.raw(outboxTable)
}

/** Drops what `createOutboxTables` made; absent tables are no error. */
export async function dropOutboxTables(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('outbox')
  await knex.schema.dropTableIfExists('outbox_position')
}

async function refuseUnfitBinlog(knex: Knex): Promise<void> {
  const settings = await firstRow<{ log: number; format: string; image: string }>(
    knex,
    'SELECT @@log_bin AS log, @@binlog_format AS format, @@binlog_row_image AS image'
  )
  if (settings?.log === 1 && settings.format === 'ROW' && settings.image === 'FULL') return
  throw new OutboxError(
    'BINLOG_UNFIT',
    'Debezium needs log_bin=ON, binlog_format=ROW and binlog_row_image=FULL; ' +
      `this server has log_bin=${settings?.log}, ${settings?.format} and ${settings?.image}`
  )
}

type BinlogStatus = { File: string; Position: number; Executed_Gtid_Set: string }

async function readBinlogPosition(knex: Knex) {
  const status = await firstRow<BinlogStatus>(knex, 'SHOW BINARY LOG STATUS').catch((cause: Error): never => {
    if (!('errno' in cause && cause.errno === 1227)) throw cause
    throw new OutboxError(
      'GRANT_MISSING',
      'The account of the migration may not read the binlog position, where the connector must begin. ' +
        'As an administrator: GRANT REPLICATION CLIENT ON *.* TO that account',
      { cause }
    )
  })
  return { binlog_file: status?.File, binlog_position: status?.Position, gtid_set: status?.Executed_Gtid_Set }
}

async function firstRow<Row>(knex: Knex, sql: string): Promise<Row | undefined> {
  const answer: readonly (readonly Row[])[] = await knex.raw(sql)
  return answer[0]?.[0]
}
