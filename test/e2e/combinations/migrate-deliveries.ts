import { createInboxTables } from '@outbox-cdc/outbox'
import { openDatabase, types } from './orders.ts'

const db = openDatabase()
await db.raw(`CREATE TABLE IF NOT EXISTS delivery (
  order_id ${types.id} PRIMARY KEY, name VARCHAR(255), quantity INT, delivered_at ${types.time} DEFAULT CURRENT_TIMESTAMP(6))`)
await db.raw(`CREATE TABLE IF NOT EXISTS applied (
  place ${types.serial} PRIMARY KEY, order_id ${types.id}, version INT)`)
await createInboxTables(db)
await db.destroy()
