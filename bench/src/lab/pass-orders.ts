import { askNumber, type Lab } from './lab.ts'

const perTransaction = 1_000

/** Places orders with their events by SQL, a thousand in a transaction, and lets the pipeline have them. */
export async function passThrough(lab: Lab, count: number): Promise<void> {
  const connection = await lab.db.getConnection()
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.thousand (n INT PRIMARY KEY);
      INSERT IGNORE INTO bench.thousand
        WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < ${perTransaction - 1}) SELECT n FROM up;
      SET SESSION transaction_isolation = "READ-COMMITTED"`)
    for (let done = 0; done < count; done += perTransaction) {
      const first = (await askNumber(lab.db, 'SELECT COALESCE(MAX(id), 0) FROM orders.customer_order')) + 1
      await connection.query(transaction(first))
    }
  } finally {
    connection.release()
  }
}

function transaction(first: number): string {
  const id = `CONCAT(LPAD(HEX(${first} + n), 8, '0'), '-0000-7000-8000-00000000ffff')`
  return `START TRANSACTION;
    INSERT INTO orders.customer_order (id, name, quantity) SELECT ${first} + n, 'joon', 95 FROM bench.thousand;
    INSERT INTO orders.outbox (id, event, event_id, payload, message_id, aggregate, aggregate_version, schema_version)
      SELECT ${first} + n, 'order_created', ${first} + n, '{"name":"joon","quantity":95}', ${id}, 'order', 1, 1
      FROM bench.thousand;
    DELETE FROM orders.outbox WHERE id BETWEEN ${first} AND ${first + perTransaction - 1};
    COMMIT`
}

/** Rows as such orders leave them behind, written beside the pipeline and its binlog, below the ids that are there. */
export async function writeHistory(lab: Lab, count: number): Promise<void> {
  const step = 200_000
  const consumer = '(SELECT consumer FROM deliveries.inbox LIMIT 1)'
  const statements = (from: number, many: number) => [
    `INSERT INTO orders.customer_order (id, name, quantity) SELECT ${from - count - 1} + n, 'joon', 95 FROM bench.many WHERE n < ${many}`,
    `INSERT INTO deliveries.delivery (order_id, name, quantity) SELECT ${from - count - 1} + n, 'joon', 95 FROM bench.many WHERE n < ${many}`,
    `INSERT INTO deliveries.inbox (consumer, message_id)
      SELECT ${consumer}, CONCAT(LPAD(HEX(${from} + n), 8, '0'), '-0000-7000-8000-00000000eeee') FROM bench.many WHERE n < ${many}`
  ]
  await lab.db.query(`CREATE TABLE IF NOT EXISTS bench.many (n INT PRIMARY KEY); SET SESSION cte_max_recursion_depth = ${step};
    INSERT IGNORE INTO bench.many WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < ${step - 1})
      SELECT n FROM up`)
  for (let done = 0; done < count; done += step) {
    const many = Math.min(step, count - done)
    await Promise.all(
      statements(done + 1, many).map(sql =>
        lab.db.query(`SET SESSION sql_log_bin = 0; ${sql}; SET SESSION sql_log_bin = 1`)
      )
    )
  }
}
