import type { Knex } from 'knex'

/** The collation of the name equates nothing: not upper and lower case, not accents, not blanks at the end. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS product (
      id      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name    VARCHAR(255) COLLATE utf8mb4_0900_bin NOT NULL UNIQUE,
      price   BIGINT NOT NULL COMMENT 'in hundredths'
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('product')
}
