import type { Knex } from 'knex'
import { asciiPlace, isPostgres } from '../inbox/inbox-tables.ts'
import { inStatements } from '../inbox/statement-size.ts'
import { plain } from '../plain-knex.ts'
import { asciiJson } from '../stores/store.ts'
import { knexTransaction } from '../transactions/open-transaction.ts'
import type { IdentifiedRecord, ParkReason, Refusal } from './parked-event.ts'
import { type ToText, writeText } from './write-text.ts'

/** A record to be parked; `opensQueue` when its key isn't parked yet. */
export type Parked = {
  readonly item: IdentifiedRecord & { readonly event?: { readonly name: string } }
  readonly refusal: Refusal
  readonly opensQueue: boolean
}

/**
 * Which of these keys are parked, each with its reason. Locks their rows until `trx` ends, so that no key is released
 * while events are queued behind it. Rejects, retryable, when a key was released just now: this transaction's snapshot
 * may be older than the last event that was applied under the key, and a handler would read old data.
 */
export async function lockParkedKeys(
  trx: Knex.Transaction,
  consumer: string,
  keys: readonly string[]
): Promise<Map<string, ParkReason>> {
  if (keys.length === 0) return new Map()
  const places = keys.map(() => '?').join(', ')
  const sql = `SELECT event_key FROM parked_key WHERE consumer = ? AND event_key IN (${places})`
  const { rows } = await knexTransaction(trx).run(sql, [consumer, ...keys])
  if (rows.length === 0) return new Map()
  const seen = rows.map(row => String(row['event_key']))
  const locked = await lockForShare(trx, consumer, seen)
  if (locked.length < seen.length) throw Object.assign(new Error('A parked key was released'), { retryable: true })
  return new Map(locked.map(row => [row.event_key, row.reason]))
}

type KeyRow = { readonly event_key: string; readonly reason: ParkReason }

// As in the delete store: for `IN (…)` MySQL scans the nearly empty table and waits for keys that are being retried.
// The join touches only the rows of these keys.
async function lockForShare(
  trx: Knex.Transaction,
  consumer: string,
  keys: readonly string[]
): Promise<readonly KeyRow[]> {
  if (isPostgres(trx))
    return plain(trx)('parked_key')
      .select('event_key', 'reason')
      .where({ consumer })
      .whereIn('event_key', keys)
      .forShare()
  const rows = keys.map(() => `ROW(${asciiPlace})`).join(', ')
  const [locked]: readonly (readonly KeyRow[])[] = await plain(trx).raw(
    `SELECT parked_key.event_key, parked_key.reason FROM (VALUES ${rows}) AS seen (event_key)
     STRAIGHT_JOIN parked_key FORCE INDEX (PRIMARY)
       ON parked_key.consumer = ? AND parked_key.event_key = seen.event_key
     FOR SHARE OF parked_key`,
    [...keys, consumer]
  )
  return locked ?? []
}

/** Puts records at the end of their keys' queues, and opens the queues of keys that have none. */
export async function parkEvents(trx: Knex.Transaction, consumer: string, parked: readonly Parked[]): Promise<void> {
  if (parked.length === 0) return
  const opened = parked.filter(({ opensQueue }) => opensQueue)
  const keyRows = opened.map(({ item, refusal }) => ({ consumer, event_key: item.key, reason: refusal.reason }))
  if (keyRows.length > 0) await plain(trx)('parked_key').insert(keyRows)
  for (const rows of inStatements(parked.map(one => rowOf(consumer, one))))
    await writeText(trx, (within, text) => plain(within)('parked_event').insert(rows.map(row => withTexts(row, text))))
}

function rowOf(consumer: string, { item: { record, key, messageId, event }, refusal }: Parked) {
  return {
    consumer,
    event_key: key,
    message_id: messageId,
    reason: refusal.reason,
    error: refusal.error.message,
    stack: refusal.reason === 'BEHIND' ? null : (refusal.error.stack ?? ''),
    event: event?.name ?? null,
    topic: record.topic,
    partition_no: record.partition,
    record_offset: String(record.offset),
    record_time: record.timestamp,
    record_key: record.key,
    record_value: record.value,
    record_headers: asciiJson(JSON.stringify(record.headers))
  }
}

type Texts = { readonly error: string; readonly stack: string | null; readonly event?: string | null }

/** The row with its texts as the database can hold them. */
export function withTexts<Row extends Texts>(row: Row, text: ToText): Row {
  const { error, stack, event } = row
  const texts = { error: text(error, 4_000), stack: stack && text(stack, 16_000) }
  return { ...row, ...texts, ...(event && { event: text(event, 100) }) }
}
