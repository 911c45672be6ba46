import { createOutboxTables } from '@outbox-cdc/outbox'
import knex from 'knex'

const db = knex({ client: 'mysql2', connection: process.env['MYSQL_URL'] ?? '' })
await db.raw(`CREATE TABLE IF NOT EXISTS ping (
  id BIGINT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(99), created_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))`)
await createOutboxTables(db)
await db.destroy()
