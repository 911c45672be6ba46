import { createInboxTables, createOutboxTables, dropInboxTables, dropOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

// The one that connectors/flower-delivery-connector.ts names.
const publication = 'flower_delivery_outbox'

/**
 * An order whose cancellation came first has a row that says only that, until the order comes. The view has the
 * orders that came, for the audit and the console.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS delivery (
      order_id        bigint PRIMARY KEY,
      store_name      varchar(255) NULL,
      item_name       varchar(255) NULL,
      qty             int NULL,
      user_name       varchar(255) NULL,
      delivery_status varchar(16) NOT NULL,
      events          int NOT NULL,
      requested_at    timestamptz(6) NULL,
      departed_at     timestamptz(6) NULL,
      completed_at    timestamptz(6) NULL,
      cancelled_at    timestamptz(6) NULL
    );
    COMMENT ON COLUMN delivery.events IS 'how many it has published';
    CREATE INDEX IF NOT EXISTS delivery_by_status ON delivery (delivery_status, order_id);
    CREATE INDEX IF NOT EXISTS delivery_by_request ON delivery (requested_at);
    CREATE OR REPLACE VIEW requested_delivery AS
      SELECT order_id, item_name, qty, requested_at FROM delivery WHERE requested_at IS NOT NULL`)
  await createOutboxTables(knex, { publication })
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await dropOutboxTables(knex, { publication })
  await knex.raw('DROP VIEW IF EXISTS requested_delivery')
  await knex.schema.dropTableIfExists('delivery')
}
