import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** The views have the orders that came and those that were handed over, for the audit and the console. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS shop_order (
      order_id      BIGINT NOT NULL PRIMARY KEY,
      item_id       BIGINT NULL COMMENT 'NULL, as all below, while its cancellation has overtaken the order',
      item_name     VARCHAR(255) NULL,
      store_name    VARCHAR(255) NULL,
      user_name     VARCHAR(255) NULL,
      qty           INT NULL,
      reason        VARCHAR(255) NULL COMMENT 'of a rejection',
      state         VARCHAR(16) NOT NULL,
      events        INT NOT NULL COMMENT 'how many this order has published here',
      registered_at TIMESTAMP(6) NULL COMMENT 'when it came',
      decorated_at  TIMESTAMP(6) NULL,
      KEY shop_order_by_state (state, order_id),
      KEY shop_order_by_registration (registered_at),
      KEY shop_order_by_decoration (decorated_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW registered_order AS
      SELECT order_id, item_name, qty, registered_at FROM shop_order WHERE registered_at IS NOT NULL`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW decorated_order AS
      SELECT order_id, item_name, qty, decorated_at FROM shop_order WHERE decorated_at IS NOT NULL`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  await knex.raw('DROP VIEW IF EXISTS registered_order, decorated_order')
  await knex.schema.dropTableIfExists('shop_order')
}
