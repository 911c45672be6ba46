import type { Knex } from 'knex'
import { OutboxError } from './errors.ts'

/** Types stop most of this; JavaScript callers, casts and forgotten awaits still get here. */
export function refuseClosed(trx: Knex.Transaction): void {
  if (!trx.isTransaction) throw new OutboxError('TRANSACTION_REQUIRED', 'Got a plain connection, not a transaction')
  if (trx.isCompleted()) throw new OutboxError('TRANSACTION_REQUIRED', 'Got a transaction that has already ended')
}
