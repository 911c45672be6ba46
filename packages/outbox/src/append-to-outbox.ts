import type { Knex } from 'knex'
import type { OutboundEvent } from './define-event.ts'
import { OutboxError } from './errors.ts'
import { createDeleteStore } from './stores/delete-store.ts'
import type { OutboxStore, Statement, StoreName } from './stores/store.ts'

export type Outbox = {
  readonly store: StoreName
  /**
   * Publishes the events, in their order, when and only when `trx` commits. Any error leaves it to the caller's
   * rollback, so nothing is published. Appending the same event object twice is the same message: it takes effect once.
   */
  append(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void>
}

/** The outbox table of one database, written in the way that `store` names; see docs/adr for how to choose. */
export function createOutbox({ store: name }: { readonly store: StoreName }): Outbox {
  const store = storeNamed(name)
  return {
    store: name,
    async append(trx, events) {
      const list = Array.isArray(events) ? events : [events]
      refuseClosed(trx)
      if (list.length === 0) return
      for (const statement of store.statements(list)) await run(trx, statement, list.length)
    }
  }
}

const standard = createOutbox({ store: 'delete' })

/**
 * Publishes one event, or several in their order, when and only when `trx` commits: `createOutbox({ store: 'delete' })`
 * ready made. The row goes at once: Debezium reads the binlog.
 */
export function appendToOutbox(trx: Knex.Transaction, events: OutboundEvent | readonly OutboundEvent[]): Promise<void> {
  return standard.append(trx, events)
}

function storeNamed(name: StoreName): OutboxStore {
  if (name === 'delete') return createDeleteStore()
  throw new OutboxError('STORE_MISMATCH', `The store ${name} is not there yet`)
}

function refuseClosed(trx: Knex.Transaction): void {
  if (!trx.isTransaction)
    throw new OutboxError('TRANSACTION_REQUIRED', 'appendToOutbox needs a transaction, and got a plain connection')
  if (trx.isCompleted())
    throw new OutboxError(
      'TRANSACTION_REQUIRED',
      'appendToOutbox needs an open transaction, and got one that has ended'
    )
}

async function run(trx: Knex.Transaction, { sql, values }: Statement, expectedRows: number): Promise<void> {
  const answer: readonly { affectedRows: number }[] = await trx.raw(sql, [...values]).catch((cause: Error) => {
    throw new OutboxError('WRITE_FAILED', `The outbox was not written: ${cause.message}`, { cause })
  })
  const affectedRows = answer[0]?.affectedRows
  if (affectedRows !== expectedRows)
    throw new OutboxError(
      'STORE_MISMATCH',
      `The outbox table took ${affectedRows} of ${expectedRows} rows: is it the table of another store?`
    )
}
