import type { Knex } from 'knex'

/** The view has the orders that the customer has got, for the audit and the console. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE customer_order
      ADD COLUMN completed_at TIMESTAMP(3) NULL COMMENT 'when this service heard of it',
      ADD KEY customer_order_by_completion (completed_at)`)
  await knex.raw(`
    UPDATE customer_order JOIN my_page ON order_id = id
      SET completed_at = delivery_completed_at WHERE state = 'COMPLETED'`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW completed_order AS
      SELECT id AS order_id, completed_at FROM customer_order WHERE completed_at IS NOT NULL`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW IF EXISTS completed_order')
  await knex.raw('ALTER TABLE customer_order DROP KEY customer_order_by_completion, DROP COLUMN completed_at')
}
