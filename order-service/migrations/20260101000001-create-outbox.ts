import { createOutboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** The table fits one store and one kind of payload: `OUTBOX_STORE` and `SCHEMA_REGISTRY_URL` say which. To change them later, add a migration. */
export async function up(knex: Knex): Promise<void> {
  await createOutboxTables(knex, { store: knex.userParams['outboxStore'], payload: knex.userParams['outboxPayload'] })
}

export const down = dropOutboxTables
