import type { Knex } from 'knex'

/** The view has the deliveries that the customer has got, for the audit and the console. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX IF NOT EXISTS delivery_by_completion ON delivery (completed_at);
    CREATE OR REPLACE VIEW completed_delivery AS
      SELECT order_id, item_name, qty, completed_at FROM delivery WHERE completed_at IS NOT NULL`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW IF EXISTS completed_delivery; DROP INDEX IF EXISTS delivery_by_completion')
}
