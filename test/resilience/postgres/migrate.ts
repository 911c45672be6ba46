import { createOutboxTables } from '@outbox-cdc/outbox'
import knex from 'knex'

// The tables of the order service. `connectctl apply` makes the slot of a table. For messages it can't tell whether one was
// written before, so it is made here.
const { POSTGRES_URL: connection = '', OUTBOX_STORE } = process.env
const store = OUTBOX_STORE === 'message' ? 'message' : 'delete'
const db = knex({ client: 'pg', connection, pool: { min: 0, max: 1 } })
await db.raw(`CREATE TABLE IF NOT EXISTS customer_order (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       varchar(255) NOT NULL UNIQUE,
  quantity   int NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT clock_timestamp()
)`)
await createOutboxTables(db, { store, aggregateId: 'integer', publication: 'orders_outbox' })
if (store === 'message')
  await db.raw(`SELECT pg_create_logical_replication_slot('orders_outbox', 'pgoutput')
    WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'orders_outbox')`)
await db.destroy()
