import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** Amounts are hundredths. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS customer_order (
      id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      customer_id BIGINT NOT NULL,
      order_total BIGINT NOT NULL,
      state       VARCHAR(16) NOT NULL,
      reason      VARCHAR(32) NULL,
      events      INT NOT NULL COMMENT 'how many this order has published',
      created_at  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS order_change (
      id       BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id BIGINT NOT NULL,
      cause    VARCHAR(100) NOT NULL,
      state    VARCHAR(16) NOT NULL,
      at       TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      KEY order_change_by_order (order_id, id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  await knex.schema.dropTableIfExists('order_change')
  await knex.schema.dropTableIfExists('customer_order')
}
