import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { asciiPlace, isPostgres } from './inbox-tables.ts'

/** What is old enough to be forgotten, and how much at once. */
export type PruneOptions = {
  readonly consumer: string
  /** Rows older than this go; Infinity keeps all. */
  readonly olderThanMs: number
  /** Rows in one DELETE; 1,000 by default. */
  readonly batchSize?: number
  readonly signal?: AbortSignal
}

/**
 * Removes what the inbox need not remember and what was parked and settled as long ago; answers how many rows went. In
 * small batches that lock single old rows by primary key, found by an index without locks: a handler never waits for it.
 */
export async function pruneInbox(db: Knex, options: PruneOptions): Promise<number> {
  if (!Number.isFinite(options.olderThanMs)) return 0
  const inbox = await pruneTable(db, options, {
    table: 'inbox',
    time: 'handled_at',
    id: 'message_id',
    place: asciiPlace
  })
  return inbox + (await pruneTable(db, options, { table: 'parked_event', time: 'settled_at', id: 'id', place: '?' }))
}

type Id = string | number
type Target = { readonly table: string; readonly time: string; readonly id: string; readonly place: string }

async function pruneTable(db: Knex, options: PruneOptions, target: Target): Promise<number> {
  const { table, time, id } = target
  const { consumer, olderThanMs, batchSize = 1_000, signal } = options
  let total = 0
  for (;;) {
    const old: Record<string, Id>[] = await db(table)
      .select(id)
      .where({ consumer })
      .where(time, '<', ago(db, olderThanMs))
      .orderBy(time)
      .limit(batchSize)
    const ids = old.map(row => row[id]).filter(value => value !== undefined)
    if (ids.length > 0) total += await remove(db, target, { consumer, ids })
    if (ids.length < batchSize || signal?.aborted) return total
    await sleep(20)
  }
}

type Rows = { readonly consumer: string; readonly ids: readonly Id[] }

// As in the delete store: for `id IN (…)` MySQL scans a table that is nearly empty, and so waits for the rows of the
// handlers that are at work. The join, in this order and on the key, touches the old rows alone.
async function remove(db: Knex, { table, id, place }: Target, { consumer, ids }: Rows): Promise<number> {
  if (isPostgres(db)) return db(table).where({ consumer }).whereIn(id, ids).delete()
  const rows = ids.map(() => `ROW(${place})`).join(', ')
  const [{ affectedRows }] = await db.raw(
    `DELETE ${table} FROM (VALUES ${rows}) AS old (id)
     STRAIGHT_JOIN ${table} FORCE INDEX (PRIMARY) ON ${table}.consumer = ? AND ${table}.${id} = old.id`,
    [...ids, consumer]
  )
  return affectedRows
}

// The database's clock wrote the rows, so the database's clock judges them.
function ago(db: Knex, ms: number): Knex.Raw {
  const seconds = ms / 1_000
  return isPostgres(db)
    ? db.raw("CURRENT_TIMESTAMP - ? * INTERVAL '1 second'", [seconds])
    : db.raw('CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND', [seconds])
}
