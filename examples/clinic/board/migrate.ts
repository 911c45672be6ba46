import { createInboxTables } from '@outbox-cdc/outbox'
import { postgresOptions, resolveSecrets } from '@outbox-cdc/outbox/security'
import knex from 'knex'

const url = resolveSecrets(process.env['DATABASE_URL'] ?? '', process.env)
const db = knex({ client: 'pg', connection: postgresOptions(url) })
await db.raw(`
  CREATE TABLE IF NOT EXISTS patient (
    id uuid PRIMARY KEY,
    name varchar(100) NOT NULL
  );
  -- An appointment may arrive before its patient, so patient_id refers to nothing.
  CREATE TABLE IF NOT EXISTS appointment (
    id uuid PRIMARY KEY,
    patient_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    shown_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX IF NOT EXISTS appointment_by_time ON appointment (starts_at);
  CREATE TABLE IF NOT EXISTS change (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    about text NOT NULL,
    about_id uuid NOT NULL,
    what text NOT NULL
  );
  CREATE INDEX IF NOT EXISTS change_by_id ON change (about_id)`)
await createInboxTables(db)
await db.destroy()
