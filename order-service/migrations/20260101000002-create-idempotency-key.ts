import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS idempotency_key (
      id          VARBINARY(255) NOT NULL PRIMARY KEY COMMENT 'binary: a space at the end counts',
      fingerprint BINARY(32) NOT NULL COMMENT 'SHA-256 of what was asked for',
      result      TEXT NOT NULL COMMENT 'JSON of what it came to',
      expires_at  TIMESTAMP(6) NOT NULL,
      KEY idempotency_key_by_age (expires_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('idempotency_key')
}
