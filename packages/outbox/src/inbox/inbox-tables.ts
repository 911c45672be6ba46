import type { Knex } from 'knex'
import { plain } from '../plain-knex.ts'

/**
 * Creates the consumer's tables in its own database, MySQL or PostgreSQL: `inbox` (what was handled), `parked_key` and
 * `parked_event` (what waits for a decision), `inbox_attempt` (what was being handled when the process died) and
 * `inbox_version` (the last version of each aggregate). For a knex migration's `up`. A repeat keeps what is there, so a
 * migration that was killed half-way can run again.
 */
export async function createInboxTables(db: Knex): Promise<void> {
  for (const statement of isPostgres(db) ? postgres : mysql)
    await plain(db).raw(statement.replace(/^CREATE (TABLE|INDEX)/, 'CREATE $1 IF NOT EXISTS'))
}

/** Drops what `createInboxTables` created. The consumer then no longer knows what it handled. For a knex migration's `down`. */
export async function dropInboxTables(db: Knex): Promise<void> {
  for (const table of tables) await plain(db).raw(`DROP TABLE IF EXISTS ${table}`)
}

/** By the driver's dialect, so that a client class of your own counts, too, such as one for PGlite. */
export function isPostgres(db: Pick<Knex, 'client'>): boolean {
  return db.client.dialect === 'postgresql'
}

const tables = ['inbox', 'parked_key', 'parked_event', 'inbox_attempt', 'inbox_version'] as const

// Ids compare byte by byte, and ASCII keeps the keys small. Every statement finds rows by a whole primary key.
const text = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`

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
    event_key ${text(64)} NOT NULL,
    reason ${text(32)} NOT NULL,
    parked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    retry_requested_at TIMESTAMP(3) NULL,
    PRIMARY KEY (consumer, event_key)
  )`,
  `CREATE TABLE parked_event (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    consumer ${text(64)} NOT NULL,
    event_key ${text(64)} NOT NULL,
    message_id ${text(64)} NOT NULL,
    state ${text(16)} NOT NULL DEFAULT 'waiting',
    reason ${text(32)} NOT NULL,
    error TEXT NULL,
    stack TEXT NULL,
    attempts INT NOT NULL DEFAULT 1,
    event VARCHAR(100) NULL,
    topic ${text(249)} NOT NULL,
    partition_no INT NOT NULL,
    record_offset BIGINT NOT NULL,
    record_time BIGINT NOT NULL,
    record_key LONGBLOB NULL,
    record_value LONGBLOB NULL,
    record_headers LONGTEXT NOT NULL,
    parked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    settled_at TIMESTAMP(3) NULL,
    note VARCHAR(500) NULL,
    KEY parked_event_in_order (consumer, event_key, state, id),
    KEY parked_event_by_age (state, settled_at)
  )`,
  `CREATE TABLE inbox_attempt (
    consumer ${text(64)} NOT NULL,
    topic ${text(249)} NOT NULL,
    partition_no INT NOT NULL,
    from_offset BIGINT NOT NULL,
    to_offset BIGINT NOT NULL,
    started INT NOT NULL,
    PRIMARY KEY (consumer, topic, partition_no)
  )`,
  `CREATE TABLE inbox_version (
    consumer ${text(64)} NOT NULL,
    aggregate ${text(64)} NOT NULL,
    aggregate_id BIGINT NOT NULL,
    version INT NOT NULL,
    PRIMARY KEY (consumer, aggregate, aggregate_id)
  )`
]

const postgres = mysql.flatMap(statement => {
  const table = /CREATE TABLE (\w+)/.exec(statement)?.[1] ?? ''
  const indexes = [...statement.matchAll(/^\s+KEY (\w+) (\(.+?\)),?$/gm)]
  const translated = statement
    .replace(/,?\n\s+KEY \w+ \(.+?\)(?=,?\n)/g, '')
    .replaceAll(' CHARACTER SET ascii COLLATE ascii_bin', '')
    .replace('BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', 'BIGINT GENERATED ALWAYS AS IDENTITY')
    .replaceAll('TIMESTAMP(3)', 'TIMESTAMPTZ(3)')
    .replaceAll('CURRENT_TIMESTAMPTZ(3)', 'CURRENT_TIMESTAMP(3)')
    .replaceAll('LONGBLOB', 'BYTEA')
    .replaceAll('LONGTEXT', 'TEXT')
  return [translated, ...indexes.map(([, name, columns]) => `CREATE INDEX ${name} ON ${table} ${columns}`)]
})
