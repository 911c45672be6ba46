import type { Knex } from 'knex'
import { isRetryable } from '../errors.ts'
import { isPostgres } from './inbox-tables.ts'

/**
 * Runs a handler, and rejects when an error that the handler swallowed has ended its transaction: on MySQL a deadlock
 * does, and each further statement would commit by itself; on PostgreSQL any error outside of a savepoint does, and
 * COMMIT would roll back without a word.
 */
export async function unbroken(trx: Knex.Transaction, work: () => Promise<void>): Promise<void> {
  let broken: unknown
  let failed: unknown
  trx.on('query-error', (error: Error & { code?: string }) => {
    if (isRetryable(error)) broken = error
    if (error.code !== transactionAborted) failed = error
  })
  trx.on('query', ({ sql }: { sql: string }) => {
    if (broken !== undefined && !/^ROLLBACK/i.test(sql)) throw broken
  })
  try {
    await work()
  } catch (error) {
    // Without its transaction a handler may fail in any way: what counts is what took it away.
    throw broken ?? error
  }
  if (broken !== undefined) throw broken
  if (failed === undefined || !isPostgres(trx)) return
  await trx.raw('SELECT 1').catch(() => {
    throw failed
  })
}

const transactionAborted = '25P02'
