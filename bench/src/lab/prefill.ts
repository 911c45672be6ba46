import type { Lab } from './lab.ts'

const perTransaction = 100
const connections = 4
/** Far above the ids of orders that were placed, so that nothing meets them. */
const firstId = 1_000_000_000

/**
 * Writes `count` events to the binlog as the delete store does, inserted and deleted in one transaction, a hundred at a
 * time: orders are not placed for them. `run` makes their message ids different from those of other runs.
 */
export async function prefillOutbox(lab: Lab, count: number, run: number): Promise<void> {
  await lab.db.query(`CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.number (n INT PRIMARY KEY);
    INSERT IGNORE INTO bench.number ${Array.from({ length: perTransaction }, (_, n) => `SELECT ${n}`).join(' UNION ALL ')}`)
  let next = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await lab.db.getConnection()
      try {
        await connection.query('SET SESSION transaction_isolation = "READ-COMMITTED"')
        for (let from = take(); from < count; from = take()) await connection.query(transaction(from, run))
      } finally {
        connection.release()
      }
    })
  )

  function take(): number {
    const from = next
    next += perTransaction
    return from
  }
}

// Message ids rise, as those of the library (UUIDv7) do. The join deletes by single keys: a range would meet other writers'
// rows in the nearly empty table and deadlock.
function transaction(from: number, run: number): string {
  const first = firstId + run * 100_000_000 + from
  const id = `CONCAT(LPAD(HEX(${first} + n), 8, '0'), '-0000-7000-8000-', LPAD(HEX(${run}), 12, '0'))`
  return `START TRANSACTION;
    INSERT INTO orders.outbox
      (id, event, event_id, payload, message_id, aggregate, aggregate_version, schema_version, correlation_id, traceparent)
      SELECT ${first} + n, 'order_created', ${first} + n, '{"name":"joon","quantity":95}', ${id}, 'order', 1, 1, ${id},
        CONCAT('00-', REPLACE(${id}, '-', ''), '-00f067aa0ba902b7-01') FROM bench.number;
    DELETE orders.outbox FROM bench.number STRAIGHT_JOIN orders.outbox ON orders.outbox.id = ${first} + n;
    COMMIT`
}
