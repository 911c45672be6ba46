import { optional } from '../flow/read-orders.ts'
import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'
import type { ParkedHere } from './journey.ts'

export type Row = { readonly at: number; readonly columns: Readonly<Record<string, unknown>> }

/** The row that caused an event, as it lies in its table. */
export async function readOrder(db: Database, table: string, id: number): Promise<Row | undefined> {
  const [row] = await db.rows<{ created_at: string }>(`SELECT * FROM \`${table}\` WHERE id = ?`, [id])
  if (row === undefined) return undefined
  const { created_at, ...columns } = row
  return { at: instantOf(created_at), columns }
}

/** The row that the consumer wrote for an order. */
export async function readDelivery(db: Database, table: string, id: number): Promise<Row | undefined> {
  const [row] = await db.rows<{ delivered_at: string }>(`SELECT * FROM \`${table}\` WHERE order_id = ?`, [id])
  if (row === undefined) return undefined
  const { delivered_at, ...columns } = row
  return { at: instantOf(delivered_at), columns }
}

export type MessageOfConsumer = { readonly consumer: string; readonly messageId: string }

/** When a consumer settled a message; undefined while it has not, or where it keeps no inbox. */
export async function readInbox(db: Database, { consumer, messageId }: MessageOfConsumer): Promise<number | undefined> {
  const [row] = await optional(
    async () =>
      await db.rows<{ handled_at: string }>('SELECT handled_at FROM inbox WHERE consumer = ? AND message_id = ?', [
        consumer,
        messageId
      ])
  ).then(rows => rows ?? [])
  return row && instantOf(row.handled_at)
}

export type ParkedState = {
  readonly state: 'waiting' | 'applied' | 'skipped'
  readonly note: string | null
  readonly parked: ParkedHere
}

type ParkedRow = {
  id: number
  state: ParkedState['state']
  reason: string
  error: string | null
  attempts: number
  parked_at: string
  note: string | null
  retry_requested_at: string | null
  behind: number
}

/** How a message was set aside, if it was. */
export async function readParked(
  db: Database,
  key: string,
  { consumer, messageId }: MessageOfConsumer
): Promise<ParkedState | undefined> {
  const sql = `SELECT e.id, e.state, e.reason, e.error, e.attempts, e.parked_at, e.note, k.retry_requested_at,
      (SELECT COUNT(*) FROM parked_event b WHERE b.consumer = e.consumer AND b.event_key = e.event_key
         AND b.state = 'waiting' AND b.id > e.id) AS behind
    FROM parked_event e LEFT JOIN parked_key k ON k.consumer = e.consumer AND k.event_key = e.event_key
    WHERE e.consumer = ? AND e.event_key = ? AND e.message_id = ? ORDER BY e.id DESC LIMIT 1`
  const rows = await optional(() => db.rows<ParkedRow>(sql, [consumer, key, messageId]))
  const row = rows?.[0]
  if (row === undefined) return undefined
  const { state, note, reason, error, attempts, behind } = row
  const parked = {
    consumer,
    key,
    reason,
    error,
    attempts,
    behind: Number(behind),
    parkedAt: instantOf(row.parked_at),
    retryAskedAt: row.retry_requested_at === null ? null : instantOf(row.retry_requested_at)
  }
  return { state, note, parked }
}
