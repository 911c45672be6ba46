import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import type { TopicFacts } from '../kafka/kafka-client.ts'
import { plain } from '../plain-knex.ts'
import { asciiPlace, isPostgres } from './inbox-tables.ts'

/** For how long the inbox remembers handled messages. Times are in milliseconds. */
export type InboxRetention = {
  /**
   * How far back beyond the topic's own retention events may come again: by a replay, a reset of the group's offsets, or
   * a connector that starts at an older binlog position. 0 by default.
   */
  readonly replayWindowMs?: number
  /**
   * How long inbox rows are kept; computed by default. A value that is too short is rejected at the start, unless Kafka
   * refuses to describe the topic's configuration (DESCRIBE_CONFIGS): then it is needed, and isn't checked.
   */
  readonly keepMs?: number | undefined
}

/**
 * How long the inbox must remember: as long as Kafka can deliver a record again. Kafka deletes whole segments, so a
 * record lives for `retention.ms` plus the time in which its segment fills (`segment.ms`).
 */
export function inboxKeepMs(
  { retentionMs, segmentMs }: TopicFacts,
  { replayWindowMs = 0, keepMs }: InboxRetention
): number {
  const needed = retentionMs + segmentMs + replayWindowMs
  if (keepMs === undefined) return needed
  if (keepMs >= needed) return keepMs
  throw new OutboxError(
    'RETENTION_TOO_SHORT',
    `The inbox would forget messages after ${days(keepMs)}, but Kafka can deliver them again for ${days(needed)}: ` +
      `retention.ms ${days(retentionMs)} + segment.ms ${days(segmentMs)} + replay window ${days(replayWindowMs)}. ` +
      'Raise keepMs, or leave it out'
  )
}

function days(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round((ms / 86_400_000) * 100) / 100} d` : 'unlimited time'
}

/** Which inbox rows to remove. */
export type PruneOptions = {
  readonly consumer: string
  /** Rows older than this are removed; Infinity keeps all. */
  readonly olderThanMs: number
  /** Rows in one DELETE; 1,000 by default. */
  readonly batchSize?: number
  /** Stops after the current batch. */
  readonly signal?: AbortSignal
}

/**
 * Removes old inbox rows, and parked events that were settled as long ago. Resolves to the number of inbox and event
 * rows removed; a repeat removes what has aged since. Each small batch locks single old rows by primary key, so handlers
 * never wait for it.
 */
export async function pruneInbox(db: Knex, options: PruneOptions): Promise<number> {
  if (!Number.isFinite(options.olderThanMs)) return 0
  const { consumer } = options
  const inbox = { consumer, table: 'inbox', time: 'handled_at', id: 'message_id', place: asciiPlace }
  const events = { consumer, table: 'parked_event', time: 'settled_at', id: 'id', place: '?' }
  return (await pruneTable(db, options, inbox)) + (await pruneTable(db, options, events))
}

type Id = string | number
type Target = Readonly<Record<'consumer' | 'table' | 'time' | 'id' | 'place', string>>

async function pruneTable(db: Knex, options: PruneOptions, target: Target): Promise<number> {
  const { table, time, id, consumer } = target
  const { olderThanMs, batchSize = 1_000, signal } = options
  let total = 0
  for (;;) {
    const old: Record<string, Id>[] = await plain(db)(table)
      .select(id)
      .where({ consumer })
      .where(time, '<', ago(db, olderThanMs))
      .orderBy(time)
      .limit(batchSize)
    const ids = old.map(row => row[id]).filter(value => value !== undefined)
    if (ids.length > 0) total += await remove(db, target, ids)
    if (ids.length < batchSize || signal?.aborted) return total
    await sleep(20)
  }
}

// As in the delete store: for `id IN (…)` MySQL scans a nearly empty table and waits for the rows of running handlers.
// This join, in this order and by key, touches only the old rows.
async function remove(db: Knex, { table, id, place, consumer }: Target, ids: readonly Id[]): Promise<number> {
  if (isPostgres(db)) return plain(db)(table).where({ consumer }).whereIn(id, ids).delete()
  const rows = ids.map(() => `ROW(${place})`).join(', ')
  const [{ affectedRows }] = await plain(db).raw(
    `DELETE ${table} FROM (VALUES ${rows}) AS old (id)
     STRAIGHT_JOIN ${table} FORCE INDEX (PRIMARY) ON ${table}.consumer = ? AND ${table}.${id} = old.id`,
    [...ids, consumer]
  )
  return affectedRows
}

// By the database's clock, which also wrote the rows.
function ago(db: Knex, ms: number): Knex.Raw {
  const seconds = ms / 1_000
  return isPostgres(db)
    ? db.raw("CURRENT_TIMESTAMP - ? * INTERVAL '1 second'", [seconds])
    : db.raw('CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND', [seconds])
}
