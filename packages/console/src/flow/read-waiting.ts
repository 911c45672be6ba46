import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'
import { mostCounted } from './read-orders.ts'

/** Orders that were committed before we looked at Kafka, and were not seen there. */
export type WaitingReading = { readonly events: number; readonly oldestAt: number }

export type WaitingSource = {
  readonly db: Database
  readonly table: string
  /** The newest order that MySQL held before Kafka was read, and the newest that Kafka then showed. */
  readonly committed: () => number | undefined
  readonly seen: () => number | undefined
}

/** Undefined while nothing is known of either side. */
export function createWaitingReader(source: WaitingSource): () => Promise<WaitingReading | undefined> {
  const { db, table } = source
  return async () => {
    const [seen, committed] = [source.seen(), source.committed()]
    if (seen === undefined || committed === undefined) return undefined
    if (seen >= committed) return { events: 0, oldestAt: 0 }
    const between = `FROM \`${table}\` WHERE id > ? AND id <= ?`
    const [[oldest], [counted]] = await Promise.all([
      db.rows<{ created_at: string }>(`SELECT created_at ${between} ORDER BY id LIMIT 1`, [seen, committed]),
      db.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM (SELECT 1 ${between} LIMIT ${mostCounted}) AS some`, [
        seen,
        committed
      ])
    ])
    if (oldest === undefined) return { events: 0, oldestAt: 0 }
    return { events: counted?.n ?? 0, oldestAt: instantOf(oldest.created_at) }
  }
}
