import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** One payment for each order. The view has those that were paid at some time, for the audit and the console. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS payment (
      order_id   BIGINT NOT NULL PRIMARY KEY,
      status     VARCHAR(24) NOT NULL COMMENT 'PAID, VOID, CANCELLED or FORCIBLY_CANCELLED',
      item_id    BIGINT NULL,
      item_name  VARCHAR(255) COLLATE utf8mb4_0900_bin NULL,
      store_name VARCHAR(255) COLLATE utf8mb4_0900_bin NULL,
      user_name  VARCHAR(255) COLLATE utf8mb4_0900_bin NULL,
      qty        INT NULL,
      item_price BIGINT NULL COMMENT 'in whole won, as amount and refunded',
      amount     BIGINT NOT NULL DEFAULT 0 COMMENT '0 if VOID',
      refunded   BIGINT NOT NULL DEFAULT 0,
      events     INT NOT NULL COMMENT 'how many it has published',
      paid_at    TIMESTAMP(3) NULL,
      updated_at TIMESTAMP(3) NOT NULL,
      KEY payment_by_time (paid_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW paid_payment AS
      SELECT order_id, item_name, qty, paid_at FROM payment WHERE paid_at IS NOT NULL`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  await knex.raw('DROP VIEW IF EXISTS paid_payment')
  await knex.schema.dropTableIfExists('payment')
}
