import { databaseFault, OutboxError, requireOutboxTable } from '@outbox-cdc/outbox'
import { ConfigError } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

type Table = Parameters<typeof requireOutboxTable>[1]

/** Refuses the start with the wrong store, or without a binlog that publishes, instead of refusing every order later. Asks nothing of a MySQL that is away: readiness asks again. */
export async function requireOutbox(db: Knex, table: Table): Promise<void> {
  try {
    await requireOutboxTable(db, table)
  } catch (error) {
    const fault = databaseFault(error)
    if (fault === 'transient' || fault === 'unavailable') return
    if (error instanceof OutboxError && error.code === 'STORE_MISMATCH')
      throw new ConfigError(`OUTBOX_STORE does not fit: ${error.message}`, { cause: error })
    if (error instanceof OutboxError && error.code === 'BINLOG_UNFIT')
      throw new ConfigError(error.message, { cause: error })
    throw error
  }
}
