import type { Knex } from 'knex'
import { isPostgres } from './inbox-tables.ts'

const bounded = new WeakMap<object, number>()

/**
 * Lets the server end this transaction when nothing is said in it for so long. A frozen process keeps its transaction
 * open, and with it the inbox rows that its heir waits for: without a bound, for the eight hours of MySQL's default.
 */
export async function boundIdle(trx: Knex.Transaction, idleMs: number): Promise<void> {
  // PostgreSQL forgets a setting when its transaction rolls back, so it is said each time.
  if (isPostgres(trx)) return void (await trx.raw(`SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`))
  const connection: object = await trx.client.acquireConnection()
  if (bounded.get(connection) === idleMs) return
  await trx.raw(`SET SESSION wait_timeout = ${Math.max(1, Math.ceil(idleMs / 1_000))}`)
  bounded.set(connection, idleMs)
}
