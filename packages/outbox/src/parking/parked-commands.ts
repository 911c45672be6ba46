import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'
import type { ParkedRow, ParkReason } from './parked-event.ts'
import { writeText } from './write-text.ts'

/** One key of one consumer. Its events are parked and retried together. */
export type KeyOfConsumer = { readonly consumer: string; readonly key: string }

/** A parked key, with the reason of its first event and how many wait. */
export type ParkedKey = KeyOfConsumer & {
  readonly reason: ParkReason
  readonly parkedAt: Date
  readonly retryRequestedAt: Date | null
  /** How many events wait, including the refused one. */
  readonly waiting: number
  /** How often the refused event was tried: 1 when it was parked, and one more for each retry that failed. */
  readonly attempts: number
}

/** How many keys and events are parked, and for how long the oldest has waited. */
export type ParkedCounts = { readonly keys: number; readonly events: number; readonly oldestAgeMs: number }

/** The parked keys of one consumer, or of all in this database; oldest first. */
export async function listParked(db: Knex, consumer?: string): Promise<readonly ParkedKey[]> {
  const rows: (Omit<ParkedKey, 'waiting' | 'attempts'> & Record<'waiting' | 'attempts', number | string>)[] =
    await plain(db)('parked_key as k')
      .leftJoin('parked_event as e', join =>
        join.on('e.consumer', 'k.consumer').andOn('e.event_key', 'k.event_key').andOnVal('e.state', 'waiting')
      )
      .where(consumer === undefined ? {} : { 'k.consumer': consumer })
      .groupBy('k.consumer', 'k.event_key', 'k.reason', 'k.parked_at', 'k.retry_requested_at')
      .orderBy('k.parked_at')
      .select('k.consumer', 'k.event_key as key', 'k.reason', 'k.parked_at as parkedAt')
      .select('k.retry_requested_at as retryRequestedAt', db.raw('COUNT(e.id) AS waiting'))
      .select(db.raw('COALESCE(MAX(e.attempts), 0) AS attempts'))
  return rows.map(row => ({ ...row, waiting: Number(row.waiting), attempts: Number(row.attempts) }))
}

/** The events of one key that wait, or were parked before, in their order. */
export async function showParked(db: Knex, { consumer, key }: KeyOfConsumer): Promise<readonly ParkedRow[]> {
  return plain(db)('parked_event').where({ consumer, event_key: key }).orderBy('id')
}

/**
 * Asks the running consumer to apply the waiting events of a key in their order; resolves to whether the key is parked. If
 * an event is refused again, it and those behind it stay parked. A second request before the retry changes nothing.
 */
export async function requestRetry(db: Knex, { consumer, key }: KeyOfConsumer): Promise<boolean> {
  const asked = await plain(db)('parked_key')
    .where({ consumer, event_key: key })
    .update({ retry_requested_at: db.fn.now(3) })
  return asked > 0
}

/**
 * Gives up the first waiting event of a key: its row stays, with the note, and the events behind it are retried. Both
 * commit together. Resolves to the event's row as it was, or to undefined if nothing waits, or if `eventId` isn't the first:
 * give it, so that a repeat doesn't skip a second event. Throws `SKIP_UNEXPLAINED` for an empty note.
 */
export function skipParked(db: Knex, { consumer, key, note, eventId }: Skip): Promise<ParkedRow | undefined> {
  if (note.trim() === '')
    throw new OutboxError('SKIP_UNEXPLAINED', 'A skip needs a note that says who skips the event and why')
  return db.transaction(async trx => {
    const held = await plain(trx)('parked_key').where({ consumer, event_key: key }).forUpdate().first('event_key')
    if (held === undefined) return undefined
    const head: ParkedRow | undefined = await plain(trx)('parked_event')
      .where({ consumer, event_key: key, state: 'waiting' })
      .orderBy('id')
      .first()
    if (eventId !== undefined && String(head?.id) !== String(eventId)) return undefined
    if (head !== undefined)
      await writeText(trx, (within, text) =>
        plain(within)('parked_event')
          .where({ id: head.id })
          .update({ state: 'skipped', settled_at: trx.fn.now(3), note: text(note, 500) })
      )
    await requestRetry(trx, { consumer, key })
    return head
  })
}

/** Which parked event to give up, and why. */
export type Skip = KeyOfConsumer & {
  /** Who skips it and why; kept with the event. */
  readonly note: string
  /** The row that you mean to skip; the first one by default. */
  readonly eventId?: ParkedRow['id']
}

/** How many keys and events of a consumer wait for a decision, and the age of the oldest; for gauges and alarms. */
export async function countParked(db: Knex, consumer: string): Promise<ParkedCounts> {
  // By the database's clock, because how a driver reads a TIMESTAMP depends on time zones.
  const age = isPostgres(db)
    ? 'EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(3) - MIN(parked_at)) * 1000'
    : 'TIMESTAMPDIFF(MICROSECOND, MIN(parked_at), CURRENT_TIMESTAMP(3)) / 1000'
  const [keys, events] = await Promise.all([
    plain(db)('parked_key')
      .where({ consumer })
      .first<Counts>(db.raw(`COUNT(*) AS count, ${age} AS age`)),
    plain(db)('parked_event').where({ consumer, state: 'waiting' }).first<Counts>(db.raw('COUNT(*) AS count'))
  ])
  return {
    keys: Number(keys?.count ?? 0),
    events: Number(events?.count ?? 0),
    oldestAgeMs: Math.max(0, Math.round(Number(keys?.age ?? 0)))
  }
}

type Counts = { readonly count: number | string; readonly age?: number | string | null }

/** What one consumer did with one message so far. */
export type MessageState = {
  /** When the inbox took it: handled, or parked and settled; undefined before, and after the inbox was pruned. */
  readonly settledAt: Date | undefined
  /** The message as it is parked, or once was. */
  readonly parked: (ParkedRow & { readonly behind: number; readonly retryRequestedAt: Date | null }) | undefined
}

type Found = readonly [{ handled_at: Date } | undefined, ParkedRow | undefined, { at: Date | null } | undefined]

/** Looks up one message by its id and its key, for a page or a tool; it changes nothing and takes no lock. */
export async function findMessage(
  db: Knex,
  { consumer, key, messageId }: KeyOfConsumer & { readonly messageId: string }
): Promise<MessageState> {
  const ofKey = { consumer, event_key: key }
  const events = () => plain(db)('parked_event').where(ofKey)
  const [settled, row, held]: Found = await Promise.all([
    plain(db)('inbox').where({ consumer, message_id: messageId }).first('handled_at'),
    events().where({ message_id: messageId }).orderBy('id', 'desc').first(),
    plain(db)('parked_key').where(ofKey).first('retry_requested_at as at')
  ])
  const settledAt = settled?.handled_at
  if (row === undefined) return { settledAt, parked: undefined }
  const behind = await events()
    .where({ state: 'waiting' })
    .where('id', '>', row.id)
    .first<Counts>(db.raw('COUNT(*) AS count'))
  return { settledAt, parked: { ...row, behind: Number(behind?.count ?? 0), retryRequestedAt: held?.at ?? null } }
}
