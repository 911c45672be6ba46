import { insertStatement } from './insert-statement.ts'
import type { Statement } from './statement.ts'
import type { OutboxStore } from './store.ts'

/** Inserts the rows and deletes them in the same transaction: the binlog has them, the table stays empty. */
export function createDeleteStore(): OutboxStore {
  return { name: 'delete', insert: events => insertStatement(events), remove: deleteStatement }
}

// By primary key: any other column takes gap locks and deadlocks under load. A join for several rows, because for
// `id IN (…)` MySQL scans the nearly empty table, meets other writers' rows and deadlocks too. InnoDB numbers the rows
// of one INSERT … VALUES in even steps, whatever innodb_autoinc_lock_mode says.
function deleteStatement(count: number, firstId?: number): Statement {
  const first = firstId === undefined ? 'LAST_INSERT_ID()' : '?'
  const values = firstId === undefined ? [] : Array<number>(count).fill(firstId)
  if (count === 1) return { sql: `DELETE FROM outbox WHERE id = ${first}`, values }
  const ids = Array.from({ length: count }, (_, index) => `ROW(${first} + ${index} * @@auto_increment_increment)`)
  const written = `(VALUES ${ids.join(', ')}) AS written (id)`
  return { sql: `DELETE outbox FROM ${written} STRAIGHT_JOIN outbox ON outbox.id = written.id`, values }
}
