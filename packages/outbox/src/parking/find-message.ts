import type { Knex } from 'knex'
import type { ParkedRow } from './parked-event.ts'

/** What one consumer did with one message so far. */
export type MessageState = {
  /** When the inbox took it: handled, or parked and settled; undefined before, and after the inbox was pruned. */
  readonly settledAt: Date | undefined
  /** The message as it is parked, or once was. */
  readonly parked: (ParkedRow & { readonly behind: number; readonly retryRequestedAt: Date | null }) | undefined
}

/** Looks up one message by its id and its key, for a page or a tool; it changes nothing and takes no lock. */
export async function findMessage(
  db: Knex,
  message: { readonly consumer: string; readonly key: string; readonly messageId: string }
): Promise<MessageState> {
  const { consumer, key, messageId } = message
  const ofKey = { consumer, event_key: key }
  const [settled, row]: readonly [{ handled_at: Date } | undefined, ParkedRow | undefined] = await Promise.all([
    db('inbox').where({ consumer, message_id: messageId }).first('handled_at'),
    db('parked_event')
      .where({ ...ofKey, message_id: messageId })
      .orderBy('id', 'desc')
      .first()
  ])
  if (row === undefined) return { settledAt: settled?.handled_at, parked: undefined }
  const [counted, held]: readonly [{ n: number | string } | undefined, { retry_requested_at: Date } | undefined] =
    await Promise.all([
      db('parked_event')
        .where({ ...ofKey, state: 'waiting' })
        .where('id', '>', row.id)
        .first(db.raw('COUNT(*) AS n')),
      db('parked_key').where(ofKey).first('retry_requested_at')
    ])
  const parked = { ...row, behind: Number(counted?.n ?? 0), retryRequestedAt: held?.retry_requested_at ?? null }
  return { settledAt: settled?.handled_at, parked }
}
