import type { Databases } from '../oracle/collect-evidence.ts'

// Triggers write `effect_log` in the effect's own transaction, so a second effect leaves a second row even where the
// table itself can't show it.
const deliveries = [
  `CREATE TABLE deliveries.ledger (
    account BIGINT NOT NULL, version INT NOT NULL, content VARCHAR(255) NOT NULL, PRIMARY KEY (account, version))`,
  `CREATE TABLE deliveries.effect_log (
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

/** The tests' own tables beside those of the services; they record what happens. */
export async function createObserverTables({ db, source }: Databases): Promise<void> {
  await source.raw(`CREATE TABLE ledger_step (
    account INT NOT NULL, version INT NOT NULL, content VARCHAR(255) NOT NULL, PRIMARY KEY (account, version))`)
  for (const statement of deliveries) await db.raw(statement)
}

function trigger(table: string, event: 'INSERT' | 'UPDATE', values: string): string {
  return `CREATE TRIGGER deliveries.${table}_${event.toLowerCase()}_seen AFTER ${event} ON deliveries.${table}
    FOR EACH ROW INSERT INTO deliveries.effect_log (aggregate, aggregate_id, version, content) VALUES ${values}`
}
