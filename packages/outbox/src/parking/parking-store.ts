import type { Knex } from 'knex'
import type { ParkReason, Received, Refusal } from '../consumer/read-envelope.ts'
import { asciiPlace, isPostgres } from '../inbox/inbox-tables.ts'

export type Parked = { readonly item: Received; readonly refusal: Refusal }

/**
 * Which of these keys are parked, held so until `trx` ends: nobody can release one while we queue behind it. Rejects,
 * retryable, when one was released at this moment: the next transaction sees all that was done under it.
 */
export async function parkedAmong(
  trx: Knex.Transaction,
  consumer: string,
  keys: readonly string[]
): Promise<Map<string, ParkReason>> {
  const seen: readonly string[] = await trx('parked_key')
    .where({ consumer })
    .whereIn('event_key', keys)
    .pluck('event_key')
  if (seen.length === 0) return new Map()
  const held = await hold(trx, consumer, seen)
  // Released since we looked, after its last event was applied: under REPEATABLE READ this transaction still sees what was
  // before that event, and so would the handler.
  if (held.length < seen.length) throw Object.assign(new Error('A parked key was released'), { retryable: true })
  return new Map(held.map(row => [row.event_key, row.reason]))
}

type KeyRow = { readonly event_key: string; readonly reason: ParkReason }

// As in the delete store: for `IN (…)` MySQL scans a table that is nearly empty, and so waits for the keys that are being
// retried. The join touches the rows of these keys alone.
async function hold(trx: Knex.Transaction, consumer: string, keys: readonly string[]): Promise<readonly KeyRow[]> {
  if (isPostgres(trx))
    return trx('parked_key').select('event_key', 'reason').where({ consumer }).whereIn('event_key', keys).forShare()
  const rows = keys.map(() => `ROW(${asciiPlace})`).join(', ')
  const [held]: readonly (readonly KeyRow[])[] = await trx.raw(
    `SELECT parked_key.event_key, parked_key.reason FROM (VALUES ${rows}) AS seen (event_key)
     STRAIGHT_JOIN parked_key FORCE INDEX (PRIMARY)
       ON parked_key.consumer = ? AND parked_key.event_key = seen.event_key
     FOR SHARE OF parked_key`,
    [...keys, consumer]
  )
  return held ?? []
}

/** Parks a key: from the commit on, its events queue. */
export async function parkKey(trx: Knex.Transaction, consumer: string, { item, refusal }: Parked): Promise<void> {
  await trx('parked_key').insert({ consumer, event_key: item.key, reason: refusal.reason })
}

/** Asks for what waits under the key to be tried again. */
export async function releaseKey(trx: Knex.Transaction, consumer: string, key: string): Promise<void> {
  await trx('parked_key')
    .where({ consumer, event_key: key })
    .update({ retry_requested_at: trx.fn.now(3) })
}

/** Puts records at the end of their keys' queues. */
export async function enqueue(trx: Knex.Transaction, consumer: string, parked: readonly Parked[]): Promise<void> {
  if (parked.length === 0) return
  await trx('parked_event').insert(parked.map(one => rowOf(consumer, one)))
}

function rowOf(consumer: string, { item, refusal }: Parked): object {
  const { record } = item
  return {
    consumer,
    event_key: item.key,
    message_id: item.messageId,
    reason: refusal.reason,
    ...(refusal.reason === 'BEHIND' ? { error: refusal.error.message } : errorColumns(refusal.error)),
    event: 'event' in item ? item.event.name : null,
    topic: record.topic,
    partition_no: record.partition,
    record_offset: String(record.offset),
    record_time: record.timestamp,
    record_key: record.key,
    record_value: record.value,
    record_headers: JSON.stringify(record.headers)
  }
}

export function errorColumns(error: Error): { error: string; stack: string } {
  return { error: printable(error.message, 4_000), stack: printable(error.stack ?? '', 16_000) }
}

// PostgreSQL's text holds no NUL, and a message may quote the record that caused it.
function printable(text: string, length: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, length)
}
