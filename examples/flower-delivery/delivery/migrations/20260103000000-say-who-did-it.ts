import { createOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** Adds the column for who caused an event. */
export async function up(knex: Knex): Promise<void> {
  await createOutboxTables(knex, { actor: true, publication: 'flower_delivery_outbox' })
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE outbox DROP COLUMN actor')
}
