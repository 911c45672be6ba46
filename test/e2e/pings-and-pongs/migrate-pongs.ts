import { createInboxTables } from '@outbox-cdc/outbox'
import knex from 'knex'

const db = knex({ client: 'mysql2', connection: process.env['MYSQL_URL'] ?? '' })
await db.raw(`CREATE TABLE IF NOT EXISTS pong (
  ping_id BIGINT PRIMARY KEY, text VARCHAR(99), answered_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))`)
await createInboxTables(db)
await db.destroy()
