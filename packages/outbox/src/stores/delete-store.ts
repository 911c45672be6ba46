import { insertStatement } from './insert-statement.ts'
import type { Statement } from './statement.ts'
import type { OutboxStore } from './store.ts'

/** Inserts the rows and deletes them in the same transaction: the binlog has them, the table stays empty. */
export function createDeleteStore(): OutboxStore {
  return { name: 'delete', statements: events => [insertStatement(events), deleteStatement(events.length)] }
}

const deleteOne: Statement = { sql: 'DELETE FROM outbox WHERE id = LAST_INSERT_ID()', values: [] }

// By primary key: any other column takes gap locks and deadlocks under load. A join for several, because for
// `id IN (…)` MySQL scans the nearly empty table instead, meets other writers' rows and deadlocks too.
// LAST_INSERT_ID() is the first row's id, and InnoDB numbers the rows of one INSERT … VALUES in even steps.
function deleteStatement(count: number): Statement {
  if (count === 1) return deleteOne
  const ids = Array.from(
    { length: count },
    (_, index) => `ROW(LAST_INSERT_ID() + ${index} * @@auto_increment_increment)`
  )
  return {
    sql: `DELETE outbox FROM (VALUES ${ids.join(', ')}) AS written (id) STRAIGHT_JOIN outbox ON outbox.id = written.id`,
    values: []
  }
}
