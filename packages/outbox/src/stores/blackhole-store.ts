import { insertStatement } from './insert-statement.ts'
import type { OutboxStore } from './store.ts'

/** Inserts into a BLACKHOLE table: the binlog has the rows, nothing is stored, and nothing numbers them but us. */
export function createBlackholeStore(newId: () => number): OutboxStore {
  return { name: 'blackhole', insert: events => insertStatement(events, events.map(newId)) }
}
