import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** Amounts are whole won. my_page and menu_item are views: events alone write them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS customer_order (
      id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      item_id    BIGINT NOT NULL,
      item_name  VARCHAR(255) NOT NULL,
      store_name VARCHAR(255) NOT NULL,
      user_name  VARCHAR(255) NOT NULL,
      qty        INT NOT NULL,
      item_price BIGINT NOT NULL,
      amount     BIGINT NOT NULL,
      state      VARCHAR(16) NOT NULL,
      reason     VARCHAR(255) NULL,
      events     INT NOT NULL COMMENT 'how many this order has published',
      created_at TIMESTAMP(3) NOT NULL,
      KEY customer_order_by_state (state, created_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS my_page (
      order_id                      BIGINT NOT NULL PRIMARY KEY,
      item_id                       BIGINT NULL,
      item_name                     VARCHAR(255) NULL,
      store_name                    VARCHAR(255) NULL,
      user_name                     VARCHAR(255) NULL,
      qty                           INT NULL,
      item_price                    BIGINT NULL,
      amount                        BIGINT NULL,
      refunded                      BIGINT NULL,
      reject_reason                 VARCHAR(255) NULL,
      cancel_request_reason         VARCHAR(32) NULL,
      cancel_reason                 VARCHAR(32) NULL,
      ordered_at                    TIMESTAMP(3) NULL,
      paid_at                       TIMESTAMP(3) NULL,
      payment_cancelled_at          TIMESTAMP(3) NULL,
      payment_forcibly_cancelled_at TIMESTAMP(3) NULL,
      item_out_of_stock_at          TIMESTAMP(3) NULL,
      received_at                   TIMESTAMP(3) NULL,
      decorated_at                  TIMESTAMP(3) NULL,
      rejected_at                   TIMESTAMP(3) NULL,
      registration_cancelled_at     TIMESTAMP(3) NULL,
      departed_for_delivery_at      TIMESTAMP(3) NULL,
      delivery_completed_at         TIMESTAMP(3) NULL,
      delivery_cancelled_at         TIMESTAMP(3) NULL,
      delivery_cancel_refused_at    TIMESTAMP(3) NULL,
      order_cancel_requested_at     TIMESTAMP(3) NULL,
      order_cancelled_at            TIMESTAMP(3) NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS menu_item (
      item_id    BIGINT NOT NULL PRIMARY KEY,
      item_name  VARCHAR(255) NULL COMMENT 'null until the item is registered',
      store_name VARCHAR(255) NULL,
      item_price BIGINT NOT NULL,
      stock_cnt  INT NOT NULL,
      version    INT NOT NULL COMMENT 'of the newest event of the item'
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  for (const table of ['menu_item', 'my_page', 'customer_order']) await knex.schema.dropTableIfExists(table)
}
