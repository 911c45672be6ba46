import { OutboxError, requireOutboxTable, type OutboxOptions } from '@outbox-cdc/outbox'
import { ConfigError, isUnavailable } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

/** Refuses the start with the wrong store, instead of refusing every order later. Waits while MySQL is away. */
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
