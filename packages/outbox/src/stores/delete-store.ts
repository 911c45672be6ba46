import { insertStatement, type OutboxStore, type Statement } from './store.ts'

/**
 * Inserts the rows and deletes them in the same transaction: the binlog has them, the table stays empty.
 */
export function createDeleteStore(): OutboxStore {
  return {
    name: 'delete',
    engine: 'InnoDB',
    statements: events => [insertStatement(events), deleteStatement(events.length)]
  }
}

// By primary key: any other column takes gap locks and deadlocks under load. LAST_INSERT_ID() is the first row's id;
// InnoDB gives the rows of one INSERT … VALUES ids in even steps, whatever innodb_autoinc_lock_mode says.
function deleteStatement(count: number): Statement {
  const ids = Array.from({ length: count }, (_, index) =>
    index === 0 ? 'LAST_INSERT_ID()' : `LAST_INSERT_ID() + ${index} * @@auto_increment_increment`
  )
  return { sql: `DELETE FROM outbox WHERE id IN (${ids.join(', ')})`, values: [] }
}
