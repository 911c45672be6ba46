import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'
import { optional } from './read-orders.ts'

export type DeliveriesReading = {
  /** From commit to delivered, in milliseconds, of deliveries that appeared since the last reading (a sample of them). */
  readonly latencies: readonly number[]
  readonly newest?:
    | { readonly orderId: number; readonly deliveredAt: number; readonly ms?: number | undefined }
    | undefined
  readonly deliveredAt: ReadonlyMap<number, number>
  /** Events set aside, waiting for a person; undefined where there is no such table. */
  readonly parked?: { readonly events: number; readonly keys: number } | undefined
}

export type DeliveriesSource = {
  readonly db: Database
  readonly table: string
  /** When these orders were committed; those that are not known are left out. */
  readonly committedAt: (ids: readonly number[]) => Promise<ReadonlyMap<number, number>>
}

type Delivery = { readonly orderId: number; readonly at: number }

const sampleSize = 200

export function createDeliveriesReader({ db, table, committedAt }: DeliveriesSource): () => Promise<DeliveriesReading> {
  let latest: number | undefined
  return async () => {
    const sql = `SELECT order_id, delivered_at FROM \`${table}\` ORDER BY order_id DESC LIMIT ${sampleSize}`
    const rows = await db.rows<{ order_id: number; delivered_at: string }>(sql)
    const deliveries = rows.map(row => ({ orderId: row.order_id, at: instantOf(row.delivered_at) }))
    const since = latest ?? Number.POSITIVE_INFINITY
    const fresh = deliveries.filter(({ at }) => at > since)
    // By time: an id far above the others, once delivered, would stay the newest for ever.
    const newest = deliveries.reduce<Delivery | undefined>(
      (last, one) => (last && last.at >= one.at ? last : one),
      undefined
    )
    latest = Math.max(latest ?? 0, ...deliveries.map(({ at }) => at))
    const ids = [...new Set([...fresh, ...(newest === undefined ? [] : [newest])].map(({ orderId }) => orderId))]
    const committed = ids.length === 0 ? new Map<number, number>() : await committedAt(ids)
    const msOf = ({ orderId, at }: Delivery) => {
      const from = committed.get(orderId)
      return from === undefined ? undefined : Math.max(0, at - from)
    }
    return {
      latencies: fresh.map(msOf).filter(ms => ms !== undefined),
      newest: newest && { orderId: newest.orderId, deliveredAt: newest.at, ms: msOf(newest) },
      deliveredAt: new Map(deliveries.map(({ orderId, at }) => [orderId, at])),
      parked: await optional(() => parkedIn(db))
    }
  }
}

async function parkedIn(db: Database) {
  const [row] = await db.rows<{ events: number; parked: number }>(
    `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM parked_event WHERE state = 'waiting' LIMIT 10000) AS some) AS events,
            (SELECT COUNT(*) FROM (SELECT 1 FROM parked_key LIMIT 10000) AS few) AS parked`
  )
  return { events: row?.events ?? 0, keys: row?.parked ?? 0 }
}
