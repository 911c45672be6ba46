import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import { isPostgres } from '../inbox/inbox-tables.ts'
import type { ParkedRow, ParkReason } from './parked-event.ts'

/** One key of one consumer: what is parked, retried and skipped as a whole. */
export type KeyOfConsumer = { readonly consumer: string; readonly key: string }

/** A parked key, with the reason of its first event and how many wait. */
export type ParkedKey = KeyOfConsumer & {
  readonly reason: ParkReason
  readonly parkedAt: Date
  readonly retryRequestedAt: Date | null
  /** How many events wait, the refused one among them. */
  readonly waiting: number
}

/** How much is parked, and since when. */
export type ParkedCounts = { readonly keys: number; readonly events: number; readonly oldestAgeMs: number }

/** The parked keys, oldest first; of one consumer or of all in this database. */
export async function listParked(db: Knex, consumer?: string): Promise<readonly ParkedKey[]> {
  const rows: KeyRow[] = await db('parked_key as k')
    .leftJoin('parked_event as e', join =>
      join.on('e.consumer', 'k.consumer').andOn('e.event_key', 'k.event_key').andOnVal('e.state', 'waiting')
    )
    .where(consumer === undefined ? {} : { 'k.consumer': consumer })
    .groupBy('k.consumer', 'k.event_key', 'k.reason', 'k.parked_at', 'k.retry_requested_at')
    .orderBy('k.parked_at')
    .select('k.*', db.raw('COUNT(e.id) AS waiting'))
  return rows.map(row => ({
    consumer: row.consumer,
    key: row.event_key,
    reason: row.reason,
    parkedAt: row.parked_at,
    retryRequestedAt: row.retry_requested_at,
    waiting: Number(row.waiting)
  }))
}

type KeyRow = {
  readonly consumer: string
  readonly event_key: string
  readonly reason: ParkReason
  readonly parked_at: Date
  readonly retry_requested_at: Date | null
  readonly waiting: number | string
}

/** The events of one key that wait or once waited, in their order. */
export async function showParked(db: Knex, { consumer, key }: KeyOfConsumer): Promise<readonly ParkedRow[]> {
  return db('parked_event').where({ consumer, event_key: key }).orderBy('id')
}

/**
 * Asks the running consumer to apply the waiting events of a key in their order; answers whether the key was parked. If
 * one is refused again, it and those behind it stay. Asking twice is asking once.
 */
export async function requestRetry(db: Knex, { consumer, key }: KeyOfConsumer): Promise<boolean> {
  const asked = await db('parked_key')
    .where({ consumer, event_key: key })
    .update({ retry_requested_at: db.fn.now(3) })
  return asked > 0
}

/**
 * Gives up the refused event at the head of a key for good, leaving its row with the note, and asks for a retry of those
 * behind it. Answers the event's row as it was; undefined when nothing waits there, or not `eventId` at the head: say it,
 * and a repeat cannot skip a second event. Throws `SKIP_UNEXPLAINED` for a note that says nothing.
 */
export function skipParked(db: Knex, { consumer, key, note, eventId }: Skip): Promise<ParkedRow | undefined> {
  if (note.trim() === '') throw new OutboxError('SKIP_UNEXPLAINED', 'A skip leaves a record: say who and why')
  return db.transaction(async trx => {
    const held = await trx('parked_key').where({ consumer, event_key: key }).forUpdate().first('event_key')
    if (held === undefined) return undefined
    const head: ParkedRow | undefined = await trx('parked_event')
      .where({ consumer, event_key: key, state: 'waiting' })
      .orderBy('id')
      .first()
    if (eventId !== undefined && String(head?.id) !== String(eventId)) return undefined
    if (head !== undefined)
      await trx('parked_event')
        .where({ id: head.id })
        .update({ state: 'skipped', settled_at: trx.fn.now(3), note: note.slice(0, 500) })
    await trx('parked_key')
      .where({ consumer, event_key: key })
      .update({ retry_requested_at: trx.fn.now(3) })
    return head
  })
}

/** Which parked event to give up, and why. */
export type Skip = KeyOfConsumer & {
  /** Who skips it and why; kept with the event. */
  readonly note: string
  /** The row that was looked at; without it, whichever is at the head. */
  readonly eventId?: ParkedRow['id']
}

/** The numbers for a gauge and an alarm: what waits for a person, and for how long the oldest has. */
export async function countParked(db: Knex, consumer: string): Promise<ParkedCounts> {
  // The age by the database's own clock: a driver's idea of a TIMESTAMP depends on time zones.
  const age = isPostgres(db)
    ? 'EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(3) - MIN(parked_at)) * 1000'
    : 'TIMESTAMPDIFF(MICROSECOND, MIN(parked_at), CURRENT_TIMESTAMP(3)) / 1000'
  const [keys, events] = await Promise.all([
    db('parked_key')
      .where({ consumer })
      .first<Counts>(db.raw(`COUNT(*) AS count, ${age} AS age`)),
    db('parked_event').where({ consumer, state: 'waiting' }).first<Counts>(db.raw('COUNT(*) AS count'))
  ])
  return {
    keys: Number(keys?.count ?? 0),
    events: Number(events?.count ?? 0),
    oldestAgeMs: Math.max(0, Math.round(Number(keys?.age ?? 0)))
  }
}

type Counts = { readonly count: number | string; readonly age?: number | string | null }
