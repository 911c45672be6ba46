import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS customer_order (
      id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name       VARCHAR(255) NOT NULL,
      quantity   INT NOT NULL,
      created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('customer_order')
}
