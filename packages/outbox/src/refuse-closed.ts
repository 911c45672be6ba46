import type { Knex } from 'knex'
import { OutboxError } from './errors.ts'

/** Types stop most of this; JavaScript callers, casts and forgotten awaits still get here. */
export function refuseClosed(trx: Knex.Transaction | null | undefined): void {
  const refuse = (what: string): never => {
    throw new OutboxError('TRANSACTION_REQUIRED', `Got ${what}: append within db.transaction(async trx => …)`)
  }
  if (typeof trx !== 'function') return refuse('no transaction')
  if (!trx.isTransaction) return refuse('a plain connection, not a transaction')
  if (trx.isCompleted()) refuse('a transaction that has already ended')
}
