import { insertStatement } from './insert-statement.ts'
import type { OutboxStore } from './store.ts'

/** Inserts the rows and leaves them, in partitions by day that `maintainOutboxPartitions` drops whole. */
export function createKeepStore(): OutboxStore {
  return { name: 'keep', insert: events => insertStatement(events) }
}
