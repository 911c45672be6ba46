import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/**
 * Prices are whole won. A reservation has no foreign key: an order may name an item that doesn't exist. The views have the
 * reservations that have an event, for the audit and the console.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS item (
      id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      item_name  VARCHAR(255) NOT NULL,
      store_name VARCHAR(255) NOT NULL,
      item_price BIGINT NOT NULL,
      stock_cnt  BIGINT NOT NULL COMMENT 'what no order has taken',
      events     INT NOT NULL COMMENT 'how many this item has published',
      CONSTRAINT stock_is_never_negative CHECK (stock_cnt >= 0)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS reservation (
      order_id    BIGINT NOT NULL PRIMARY KEY,
      item_id     BIGINT NULL COMMENT 'NULL if the order was over before this service heard that it was paid',
      qty         INT NULL,
      state       VARCHAR(16) NOT NULL COMMENT 'only RESERVED holds stock',
      events      INT NOT NULL COMMENT 'how many the stock of this order has published',
      decided_at  TIMESTAMP(6) NULL COMMENT 'when it was reserved or found to be short',
      reserved_at TIMESTAMP(6) NULL,
      KEY reservation_by_decision (decided_at),
      KEY reservation_by_time (reserved_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW paid_reservation AS
      SELECT order_id, qty, decided_at FROM reservation WHERE decided_at IS NOT NULL`)
  await knex.raw(`
    CREATE OR REPLACE SQL SECURITY INVOKER VIEW reserved_stock AS
      SELECT order_id, qty, reserved_at FROM reservation WHERE reserved_at IS NOT NULL`)
  await createOutboxTables(knex)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex)
  await knex.raw('DROP VIEW IF EXISTS paid_reservation, reserved_stock')
  await knex.schema.dropTableIfExists('reservation')
  await knex.schema.dropTableIfExists('item')
}
