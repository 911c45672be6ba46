import { createOutboxTables } from '@outbox-cdc/outbox'
import { ids, openDatabase, types } from './orders.ts'

const { STORE, OUTBOX_NAME = '' } = process.env
const store = STORE === 'message' ? 'message' : 'delete'
const db = openDatabase()
await db.raw(`CREATE TABLE IF NOT EXISTS customer_order (
  id ${ids === 'integer' ? types.serial : types.id} PRIMARY KEY, name VARCHAR(255), quantity INT, version INT DEFAULT 1,
  created_at ${types.time} DEFAULT CURRENT_TIMESTAMP(6))`)
await createOutboxTables(db, { store, aggregateId: ids, publication: OUTBOX_NAME })
// connectctl makes the slot for a table. For messages it can't tell whether one was written before, so this migration makes it.
if (store === 'message')
  await db.raw(
    `SELECT pg_create_logical_replication_slot(:name, 'pgoutput')
     WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = :name)`,
    { name: OUTBOX_NAME }
  )
await db.destroy()
