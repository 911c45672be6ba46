import { OutboxError, requireOutboxTable, type OutboxOptions } from '@outbox-cdc/outbox'
import { ConfigError, isUnavailable } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

/** Refuses a start with the wrong store, rather than every order. A MySQL that is away is waited for as ever. */
export async function requireOutbox(db: Knex, options: OutboxOptions): Promise<void> {
  try {
    await requireOutboxTable(db, options)
  } catch (error) {
    if (isUnavailable(error)) return
    if (error instanceof OutboxError && error.code === 'STORE_MISMATCH')
      throw new ConfigError(`OUTBOX_STORE does not fit: ${error.message}`, { cause: error })
    throw error
  }
}
