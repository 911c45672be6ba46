import { createOutboxTables } from '@outbox-cdc/outbox'
import { postgresOptions, resolveSecrets } from '@outbox-cdc/outbox/security'
import knex from 'knex'

// With the account that owns the database. The service itself may only read and write rows.
const url = resolveSecrets(process.env['DATABASE_URL'] ?? '', process.env)
const db = knex({ client: 'pg', connection: postgresOptions(url) })
await db.raw(`
  CREATE TABLE IF NOT EXISTS patient (
    id uuid PRIMARY KEY,
    name varchar(100) NOT NULL,
    version int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS appointment (
    id uuid PRIMARY KEY,
    patient_id uuid NOT NULL REFERENCES patient,
    starts_at timestamptz NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    version int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX IF NOT EXISTS one_appointment_at_a_time ON appointment (starts_at) WHERE NOT cancelled`)
// The publication is the one that connectors/reception-connector.json names.
await createOutboxTables(db, { aggregateId: 'string', publication: 'reception_outbox' })
await db.destroy()
