import type { Knex } from 'knex'
import { databaseFault } from '../database-errors.ts'
import { OutboxError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { plain } from '../plain-knex.ts'

/**
 * Creates the consumer's tables in its own database, MySQL or PostgreSQL: `inbox` (what was handled), `parked_key` and
 * `parked_event` (what waits for a decision), `inbox_attempt` (what was being handled when the process died) and
 * `inbox_aggregate` (the last version of each aggregate). For a knex migration's `up`. A repeat keeps what is there and
 * adds what is missing, so a migration that was killed half-way can run again, and a new one brings old tables up to date.
 */
export async function createInboxTables(db: Knex): Promise<void> {
  for (const statement of isPostgres(db) ? postgres : mysql)
    await plain(db).raw(statement.replace(/^CREATE (TABLE|INDEX)/, 'CREATE $1 IF NOT EXISTS'))
  for (const { table, column, type } of laterColumns) {
    const add = `ALTER TABLE ${table} ADD COLUMN`
    if (isPostgres(db)) await plain(db).raw(inPostgres(`${add} IF NOT EXISTS ${column} ${type}`))
    else if (!(await has(db, table, column))) await plain(db).raw(`${add} ${column} ${type}`)
  }
  if (await hasVersions(db)) await nameAggregates(db)
}

/** Whether the table of older versions of this library is there. */
async function hasVersions(db: Knex): Promise<boolean> {
  if (!isPostgres(db)) return has(db, 'inbox_version', 'aggregate_id')
  // A statement that fails would end the transaction of a migration.
  const column = "attrelid = to_regclass('inbox_version') AND attname = 'aggregate_id'"
  const { rows } = await plain(db).raw(`SELECT 1 FROM pg_attribute WHERE ${column}`)
  return rows.length > 0
}

/** Older tables had integer ids as keys: puts the aggregate before them. Each step can be repeated. */
async function nameAggregates(db: Knex): Promise<void> {
  const [widen, aggregate, isInteger] = isPostgres(db)
    ? ['ALTER COLUMN event_key TYPE VARCHAR(255)', "record_headers::jsonb ->> 'aggregate'", "event_key ~ '^[0-9-]+$'"]
    : [
        `MODIFY event_key ${text(255)} NOT NULL`,
        "JSON_UNQUOTE(NULLIF(JSON_EXTRACT(record_headers, '$.aggregate'), CAST('null' AS JSON)))",
        "event_key REGEXP '^[0-9-]+$'"
      ]
  const missingIn = (table: string) =>
    `NOT EXISTS (SELECT 1 FROM ${table} AS k WHERE k.consumer = e.consumer AND k.event_key = `
  for (const statement of [
    `ALTER TABLE parked_key ${widen}`,
    `ALTER TABLE parked_event ${widen}`,
    `UPDATE parked_event SET event_key = CONCAT(COALESCE(${aggregate}, ''), '/', event_key) WHERE ${isInteger}`,
    `INSERT INTO parked_key (consumer, event_key, reason, parked_at)
     SELECT e.consumer, e.event_key, e.reason, e.parked_at FROM parked_event AS e
     WHERE e.id IN (SELECT MIN(id) FROM parked_event WHERE state = 'waiting' GROUP BY consumer, event_key)
       AND ${missingIn('parked_key')}e.event_key)`,
    `DELETE FROM parked_key WHERE ${isInteger}`,
    `INSERT INTO inbox_aggregate (consumer, event_key, version)
     SELECT e.consumer, CONCAT(e.aggregate, '/', e.aggregate_id), e.version FROM inbox_version AS e
     WHERE ${missingIn('inbox_aggregate')}CONCAT(e.aggregate, '/', e.aggregate_id))`,
    'DROP TABLE inbox_version'
  ])
    await plain(db).raw(statement)
}

async function has(db: Knex, table: string, columns: string): Promise<boolean> {
  const found = plain(db).raw(`SELECT ${columns} FROM ${table} WHERE 1 = 0`)
  return found.then(
    () => true,
    (error: Error) => {
      if (databaseFault(error) !== 'unmigrated') throw error
      return false
    }
  )
}

/**
 * Rejects with `INBOX_MISSING` if this database lacks a table or a column of `createInboxTables`. `createConsumer` and
 * `replay` check it when they start. Changes nothing.
 */
export async function requireInboxTables(db: Knex): Promise<void> {
  for (const statement of mysql) {
    const [, table] = /TABLE (\w+)/.exec(statement) ?? []
    const columns = [...statement.matchAll(/^ {4}([a-z_]+) /gm)].map(([, column]) => column)
    if (await has(db, String(table), columns.join(', '))) continue
    throw new OutboxError(
      'INBOX_MISSING',
      `The table ${table} is missing in this database, or is older than this library: run a migration that calls ` +
        'createInboxTables in the database of the consumer'
    )
  }
}

/** The same, for a start that doesn't need the database yet: while it is away, events wait for it. */
export async function refuseWithoutTables({
  db,
  logger
}: {
  readonly db: Knex
  readonly logger: Logger
}): Promise<void> {
  try {
    await requireInboxTables(db)
  } catch (error) {
    if (error instanceof OutboxError) throw error
    logger.warn({ err: error }, 'cannot look for the inbox tables now; starting without')
  }
}

/** Drops what `createInboxTables` created. The consumer then no longer knows what it handled. For a knex migration's `down`. */
export async function dropInboxTables(db: Knex): Promise<void> {
  for (const table of tables) await plain(db).raw(`DROP TABLE IF EXISTS ${table}`)
}

/** By the driver's dialect, so that a client class of your own counts, too, such as one for PGlite. */
export function isPostgres(db: Pick<Knex, 'client'>): boolean {
  return db.client.dialect === 'postgresql'
}

const tables = ['inbox', 'parked_key', 'parked_event', 'inbox_attempt', 'inbox_aggregate', 'inbox_version'] as const

// Ids compare byte by byte, and ASCII keeps the keys small. Every statement finds rows by a whole primary key.
const text = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`

// What an error quotes, or a person writes, whatever the database's own character set is.
const anyText = 'CHARACTER SET utf8mb4'

/** A value in the column's own character set: MySQL can't use the index for another one. */
export const asciiPlace = 'CONVERT(? USING ascii) COLLATE ascii_bin'

const mysql = [
  `CREATE TABLE inbox (
    consumer ${text(64)} NOT NULL,
    message_id ${text(64)} NOT NULL,
    handled_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (consumer, message_id),
    KEY inbox_by_age (handled_at)
  )`,
  `CREATE TABLE parked_key (
    consumer ${text(64)} NOT NULL,
    event_key ${text(255)} NOT NULL,
    reason ${text(32)} NOT NULL,
    parked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    retry_requested_at TIMESTAMP(3) NULL,
    PRIMARY KEY (consumer, event_key)
  )`,
  `CREATE TABLE parked_event (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    consumer ${text(64)} NOT NULL,
    event_key ${text(255)} NOT NULL,
    message_id ${text(64)} NOT NULL,
    state ${text(16)} NOT NULL DEFAULT 'waiting',
    reason ${text(32)} NOT NULL,
    error TEXT ${anyText} NULL,
    stack TEXT ${anyText} NULL,
    attempts INT NOT NULL DEFAULT 1,
    event VARCHAR(100) ${anyText} NULL,
    topic ${text(249)} NOT NULL,
    partition_no INT NOT NULL,
    record_offset BIGINT NOT NULL,
    record_time BIGINT NOT NULL,
    record_key LONGBLOB NULL,
    record_value LONGBLOB NULL,
    record_headers LONGTEXT NOT NULL,
    parked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    settled_at TIMESTAMP(3) NULL,
    note VARCHAR(500) ${anyText} NULL,
    KEY parked_event_in_order (consumer, event_key, state, id),
    KEY parked_event_by_age (state, settled_at)
  )`,
  `CREATE TABLE inbox_attempt (
    consumer ${text(64)} NOT NULL,
    topic ${text(249)} NOT NULL,
    partition_no INT NOT NULL,
    from_offset BIGINT NOT NULL,
    to_offset BIGINT NOT NULL,
    message_id ${text(64)} NULL,
    started INT NOT NULL,
    PRIMARY KEY (consumer, topic, partition_no)
  )`,
  `CREATE TABLE inbox_aggregate (
    consumer ${text(64)} NOT NULL,
    event_key ${text(255)} NOT NULL,
    version INT NOT NULL,
    PRIMARY KEY (consumer, event_key)
  )`
]

// Tables that were made before have these columns missing.
const laterColumns = [{ table: 'inbox_attempt', column: 'message_id', type: `${text(64)} NULL` }]

const inPostgres = (sql: string) => sql.replaceAll(/ CHARACTER SET \w+( COLLATE \w+)?/g, '')

const postgres = mysql.flatMap(statement => {
  const table = /CREATE TABLE (\w+)/.exec(statement)?.[1] ?? ''
  const indexes = [...statement.matchAll(/^\s+KEY (\w+) (\(.+?\)),?$/gm)]
  const translated = inPostgres(statement)
    .replace(/,?\n\s+KEY \w+ \(.+?\)(?=,?\n)/g, '')
    .replace('BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', 'BIGINT GENERATED ALWAYS AS IDENTITY')
    .replaceAll('TIMESTAMP(3)', 'TIMESTAMPTZ(3)')
    .replaceAll('CURRENT_TIMESTAMPTZ(3)', 'CURRENT_TIMESTAMP(3)')
    .replaceAll('LONGBLOB', 'BYTEA')
    .replaceAll('LONGTEXT', 'TEXT')
  return [translated, ...indexes.map(([, name, columns]) => `CREATE INDEX ${name} ON ${table} ${columns}`)]
})
