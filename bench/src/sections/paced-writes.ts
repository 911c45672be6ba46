import { setTimeout as sleep } from 'node:timers/promises'
import type { ResultSetHeader } from 'mysql2/promise'
import { readCommits } from '../binlog/commits.ts'
import type { Lab } from '../lab/lab.ts'
import { untilDelivered } from '../lab/run-variant.ts'
import { type Summary, summarise } from '../stats/summary.ts'
import { deliveryTimes } from './measure-orders.ts'

type Writes = { readonly rate: number; readonly seconds: number; readonly payloadBytes: number }

/** Orders whose events have a payload of some size, straight through SQL: HTTP would refuse such a name. */
export async function measureWrites(lab: Lab, { rate, seconds, payloadBytes }: Writes): Promise<Summary> {
  const from = await lab.binlogPosition()
  const padding = 'x'.repeat(Math.max(0, payloadBytes - 45))
  const payload = JSON.stringify({ name: 'joon', quantity: 95, padding })
  const ids: number[] = []
  const writes: Promise<void>[] = []
  const start = performance.now()
  for (let sent = 0; sent < rate * seconds; sent++) {
    const wait = start + (sent * 1000) / rate - performance.now()
    if (wait > 0) await sleep(wait)
    writes.push(writeOrder(lab, payload).then(id => void ids.push(id)))
  }
  await Promise.all(writes)
  await untilDelivered(lab, ids, 20_000)
  const commits = await readCommits(lab.binlogDir, from, await lab.binlogPosition())
  return summarise(deliveryTimes(commits, ids))
}

async function writeOrder({ db }: Lab, payload: string): Promise<number> {
  const [results] = await db.query<ResultSetHeader[]>(
    `START TRANSACTION;
     INSERT INTO orders.customer_order (name, quantity) VALUES ('joon', 95);
     INSERT INTO orders.outbox (event, event_id, payload, message_id, aggregate, aggregate_version, schema_version)
       VALUES ('order_created', LAST_INSERT_ID(), ?, UUID(), 'order', 1, 1);
     DELETE FROM orders.outbox WHERE id = LAST_INSERT_ID();
     COMMIT`,
    [payload]
  )
  return results[1]?.insertId ?? 0
}
