import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS delivery (
      order_id     BIGINT NOT NULL PRIMARY KEY,
      name         VARCHAR(255) NOT NULL,
      quantity     INT NOT NULL,
      delivered_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      KEY delivery_by_time (delivered_at, order_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('delivery')
}
