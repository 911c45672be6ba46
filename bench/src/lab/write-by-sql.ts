import { askNumber, type Lab } from './lab.ts'

// Events and orders written by SQL, many in a transaction: HTTP would take too long for a million of them.

const eventsPerTransaction = 100
const writers = 4
/** Far above the ids of placed orders. */
const firstEventId = 1_000_000_000

/**
 * Writes `count` events to the binlog as the delete store does: inserted and deleted in one transaction. No order is
 * placed for them. `run` makes their message ids different from those of other runs.
 */
export async function writeEvents(lab: Lab, count: number, run: number): Promise<void> {
  await createNumbers(lab, 'hundred', eventsPerTransaction)
  let next = 0
  const takeFrom = () => {
    next += eventsPerTransaction
    return next - eventsPerTransaction
  }
  const writeAll = async () => {
    const connection = await lab.db.getConnection()
    try {
      await connection.query('SET SESSION transaction_isolation = "READ-COMMITTED"')
      for (let from = takeFrom(); from < count; from = takeFrom()) await connection.query(eventsTransaction(from, run))
    } finally {
      connection.release()
    }
  }
  await Promise.all(Array.from({ length: writers }, writeAll))
}

// Message ids rise, as those of the library (UUIDv7) do. The join deletes by single keys: a range would lock other
// writers' rows in the nearly empty table and deadlock.
function eventsTransaction(from: number, run: number): string {
  const first = firstEventId + run * 100_000_000 + from
  const id = `CONCAT(LPAD(HEX(${first} + n), 8, '0'), '-0000-7000-8000-', LPAD(HEX(${run}), 12, '0'))`
  return `START TRANSACTION;
    INSERT INTO orders.outbox
      (id, event, event_id, payload, message_id, aggregate, aggregate_version, schema_version, correlation_id, traceparent)
      SELECT ${first} + n, 'order_created', ${first} + n, '{"name":"joon","quantity":95}', ${id}, 'order', 1, 1, ${id},
        CONCAT('00-', REPLACE(${id}, '-', ''), '-00f067aa0ba902b7-01') FROM bench.hundred;
    DELETE orders.outbox FROM bench.hundred STRAIGHT_JOIN orders.outbox ON orders.outbox.id = ${first} + n;
    COMMIT`
}

const ordersPerTransaction = 1_000

/** Places orders with their events, which then travel through the pipeline. */
export async function writeOrders(lab: Lab, count: number): Promise<void> {
  await createNumbers(lab, 'thousand', ordersPerTransaction)
  const connection = await lab.db.getConnection()
  try {
    await connection.query('SET SESSION transaction_isolation = "READ-COMMITTED"')
    for (let done = 0; done < count; done += ordersPerTransaction) {
      const first = (await askNumber(lab.db, 'SELECT COALESCE(MAX(id), 0) FROM orders.customer_order')) + 1
      await connection.query(ordersTransaction(first))
    }
  } finally {
    connection.release()
  }
}

function ordersTransaction(first: number): string {
  const id = `CONCAT(LPAD(HEX(${first} + n), 8, '0'), '-0000-7000-8000-00000000ffff')`
  return `START TRANSACTION;
    INSERT INTO orders.customer_order (id, name, quantity) SELECT ${first} + n, 'joon', 95 FROM bench.thousand;
    INSERT INTO orders.outbox (id, event, event_id, payload, message_id, aggregate, aggregate_version, schema_version)
      SELECT ${first} + n, 'order_created', ${first} + n, '{"name":"joon","quantity":95}', ${id}, 'order', 1, 1
      FROM bench.thousand;
    DELETE FROM orders.outbox WHERE id BETWEEN ${first} AND ${first + ordersPerTransaction - 1};
    COMMIT`
}

/** Writes the rows that `count` delivered orders leave behind, without binlog, with ids below the existing ones. */
export async function writeHistory(lab: Lab, count: number): Promise<void> {
  const step = 200_000
  await createNumbers(lab, 'many', step)
  const inserts = (from: number, many: number) =>
    [
      `INSERT INTO orders.customer_order (id, name, quantity) SELECT ${from - count - 1} + n, 'joon', 95`,
      `INSERT INTO deliveries.delivery (order_id, name, quantity) SELECT ${from - count - 1} + n, 'joon', 95`,
      `INSERT INTO deliveries.inbox (consumer, message_id) SELECT (SELECT consumer FROM deliveries.inbox LIMIT 1),
      CONCAT(LPAD(HEX(${from} + n), 8, '0'), '-0000-7000-8000-00000000eeee')`
    ].map(
      insert => `SET SESSION sql_log_bin = 0; ${insert} FROM bench.many WHERE n < ${many}; SET SESSION sql_log_bin = 1`
    )
  for (let done = 0; done < count; done += step) {
    const many = Math.min(step, count - done)
    await Promise.all(inserts(done + 1, many).map(sql => lab.db.query(sql)))
  }
}

/** The table of the polling rival: its rows stay, and an index finds the waiting ones. */
export async function createPollingTable({ db }: Lab): Promise<void> {
  await db.query(`CREATE TABLE IF NOT EXISTS orders.polling_outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    status ENUM('waiting', 'sending', 'sent') NOT NULL DEFAULT 'waiting',
    event VARCHAR(100) NOT NULL,
    event_id BIGINT NOT NULL,
    payload JSON NOT NULL,
    message_id CHAR(36) NOT NULL,
    aggregate VARCHAR(64) NOT NULL,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY polling_outbox_waiting (status, id)
  )`)
}

/** A table with the numbers from 0 to `count` - 1, from which the statements above select. */
async function createNumbers({ db }: Lab, table: string, count: number): Promise<void> {
  await db.query(`CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.${table} (n INT PRIMARY KEY);
    SET SESSION cte_max_recursion_depth = ${count};
    INSERT IGNORE INTO bench.${table}
      WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < ${count - 1}) SELECT n FROM up`)
}
