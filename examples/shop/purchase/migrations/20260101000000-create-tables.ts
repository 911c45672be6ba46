import { createOutboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/**
 * Address and price are copies: what becomes of the account and the product later changes no purchase. The view has the
 * purchases that have an event, for the audit and the console.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS purchase (
      id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      state        VARCHAR(16) NOT NULL COMMENT 'QUOTED or COMPLETED',
      buyer_name   VARCHAR(255) COLLATE utf8mb4_0900_bin NOT NULL,
      address      VARCHAR(255) COLLATE utf8mb4_0900_bin NOT NULL,
      product_name VARCHAR(255) COLLATE utf8mb4_0900_bin NOT NULL,
      quantity     INT NOT NULL,
      unit_price   BIGINT NOT NULL COMMENT 'in hundredths',
      expires_at   TIMESTAMP(3) NOT NULL,
      created_at   TIMESTAMP(3) NOT NULL,
      completed_at TIMESTAMP(3) NULL,
      KEY purchase_by_completion (completed_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW completed_purchase AS
      SELECT id, product_name AS name, quantity, completed_at FROM purchase WHERE completed_at IS NOT NULL`)
  await createOutboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropOutboxTables(knex)
  await knex.raw('DROP VIEW IF EXISTS completed_purchase')
  await knex.schema.dropTableIfExists('purchase')
}
