import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** Amounts are hundredths. A reservation has no foreign key: an order may name a customer that doesn't exist. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS customer (
      id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name         VARCHAR(255) NOT NULL,
      credit_limit BIGINT NOT NULL COMMENT 'never changes',
      created_at   TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS reservation (
      order_id    BIGINT NOT NULL PRIMARY KEY,
      customer_id BIGINT NOT NULL,
      order_total BIGINT NULL COMMENT 'NULL if the order named no amount',
      state       VARCHAR(16) NOT NULL COMMENT 'only APPROVED holds credit',
      reason      VARCHAR(32) NULL,
      decided_at  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      KEY reservation_by_customer (customer_id, state, order_total),
      KEY reservation_in_order (customer_id, order_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  await knex.schema.dropTableIfExists('reservation')
  await knex.schema.dropTableIfExists('customer')
}
