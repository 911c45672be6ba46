import { createOutboxTables } from '@outbox-cdc/outbox'
import knex from 'knex'

// The tables of the order service. `connectctl apply` makes the slot.
const { POSTGRES_URL: connection = '' } = process.env
const db = knex({ client: 'pg', connection, pool: { min: 0, max: 1 } })
await db.raw(`CREATE TABLE IF NOT EXISTS customer_order (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       varchar(255) NOT NULL UNIQUE,
  quantity   int NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT clock_timestamp()
)`)
await createOutboxTables(db, { aggregateId: 'integer', publication: 'orders_outbox' })
await db.destroy()
