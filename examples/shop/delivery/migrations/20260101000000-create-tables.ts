import { createInboxTables, dropInboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'

/** A delivery that was received keeps its row, so that its event can't bring it back. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS delivery (
      id          BIGINT NOT NULL PRIMARY KEY COMMENT 'that of its purchase',
      recipient   VARCHAR(255) NOT NULL,
      address     VARCHAR(255) NOT NULL,
      product     VARCHAR(255) NOT NULL,
      quantity    INT NOT NULL,
      state       VARCHAR(16) NOT NULL COMMENT 'OPEN or RECEIVED',
      opened_at   TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      received_at TIMESTAMP(6) NULL,
      KEY delivery_by_state (state, id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
  await createInboxTables(knex)
}

export async function down(knex: Knex): Promise<void> {
  await dropInboxTables(knex)
  await knex.schema.dropTableIfExists('delivery')
}
