import { createOutboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** The table is made for one store; `OUTBOX_STORE` says which. A later change of it needs a migration of its own. */
export async function up(knex: Knex): Promise<void> {
  await createOutboxTables(knex, { store: knex.userParams['outboxStore'] })
}

export const down = dropOutboxTables
