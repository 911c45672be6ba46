import type { Knex } from 'knex'

// `effect_log` is written by triggers, in the transaction of the effect itself: a second effect leaves a second row even
// where the table it happens to could not show it.
const deliveries = [
  `CREATE TABLE ledger (
    account BIGINT NOT NULL, version INT NOT NULL, content VARCHAR(255) NOT NULL, PRIMARY KEY (account, version))`,
  `CREATE TABLE effect_log (
    seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    aggregate VARCHAR(16) NOT NULL,
    aggregate_id BIGINT NOT NULL,
    version INT NOT NULL,
    content VARCHAR(255) NOT NULL,
    at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    INDEX effect_log_by_at (at))`,
  trigger('delivery', 'INSERT', "('order', NEW.order_id, 1, NEW.name)"),
  trigger('delivery', 'UPDATE', "('order', NEW.order_id, 1, NEW.name)"),
  trigger('ledger', 'INSERT', "('ledger', NEW.account, NEW.version, NEW.content)"),
  trigger('ledger', 'UPDATE', "('ledger', NEW.account, NEW.version, NEW.content)")
]

/** Tables of the test's own, beside those of the services, that note what happens. */
export async function createWitnessTables(db: Knex): Promise<void> {
  await db.raw(`CREATE TABLE orders.ledger_step (
    account BIGINT NOT NULL, version INT NOT NULL, content VARCHAR(255) NOT NULL, PRIMARY KEY (account, version))`)
  // A trigger names no database: it is made where its tables are.
  await db.transaction(async trx => {
    await trx.raw('USE deliveries')
    for (const statement of deliveries) await trx.raw(statement)
    await trx.raw('USE orders')
  })
}

function trigger(table: string, event: 'INSERT' | 'UPDATE', values: string): string {
  return `CREATE TRIGGER ${table}_${event.toLowerCase()}_seen AFTER ${event} ON ${table} FOR EACH ROW
    INSERT INTO effect_log (aggregate, aggregate_id, version, content) VALUES ${values}`
}
