import type { Knex } from 'knex'
import type { AggregateIdKind } from '../define-event.ts'
import { plain } from '../plain-knex.ts'
import { checkPostgres, postgresRows, publicationComment } from '../stores/check-postgres.ts'
import type { StoreName } from '../stores/store.ts'

export type PostgresOutbox = {
  readonly store: StoreName
  readonly aggregateId: AggregateIdKind
  readonly actor: boolean
  readonly publication: string
}

/**
 * Creates `outbox`, `connect_heartbeat`, into which connectctl's keeper writes, and the publication of both. The slot, which
 * holds what isn't sent yet, is the connector's.
 */
export async function createPostgresOutbox(knex: Knex, outbox: PostgresOutbox): Promise<void> {
  const { store, aggregateId, actor, publication } = outbox
  const own = plain(knex)
  if (store !== 'message') await own.raw(ddl(aggregateId))
  if (actor && store !== 'message') await own.raw('ALTER TABLE outbox ADD COLUMN IF NOT EXISTS actor varchar(64) NULL')
  await own.raw(heartbeatDdl)
  const { rows: published } = await own.raw('SELECT 1 FROM pg_publication WHERE pubname = ?', [publication])
  if (published.length === 0) await knex.transaction(trx => createPublication(trx, outbox))
  await checkPostgres(outbox, postgresRows(knex))
}

async function createPublication(trx: Knex, { store, aggregateId, publication }: PostgresOutbox): Promise<void> {
  const own = plain(trx)
  const tables = store === 'message' ? 'connect_heartbeat' : 'outbox, connect_heartbeat'
  await own.raw(`CREATE PUBLICATION ?? FOR TABLE ${tables} WITH (publish = 'insert')`, [publication])
  if (store === 'message')
    await own.raw(`COMMENT ON PUBLICATION ?? IS '${publicationComment(aggregateId)}'`, [publication])
}

export async function dropPostgresOutbox(knex: Knex, publication: string): Promise<void> {
  await plain(knex).raw('DROP PUBLICATION IF EXISTS ??', [publication])
  await plain(knex).raw('DROP TABLE IF EXISTS outbox, connect_heartbeat')
}

const heartbeatDdl = `
  CREATE TABLE IF NOT EXISTS connect_heartbeat (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender  char(36) NOT NULL,
    sent_ms bigint NOT NULL
  )`

/** Its first five columns become the value in Kafka, as on MySQL. */
function ddl(aggregateId: AggregateIdKind): string {
  return `
    CREATE TABLE IF NOT EXISTS outbox (
      id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event             varchar(100) NOT NULL,
      event_id          ${aggregateId === 'integer' ? 'bigint' : 'varchar(255)'} NOT NULL,
      payload           json NOT NULL,
      created_at        timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
      message_id        char(36) NOT NULL,
      aggregate         varchar(64) NOT NULL,
      aggregate_version int NULL,
      schema_version    smallint NOT NULL,
      correlation_id    varchar(64) NULL,
      causation_id      varchar(64) NULL,
      traceparent       varchar(55) NULL
    )`
}
