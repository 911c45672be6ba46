export { generatedId } from '../define-event.ts'
export type { SqlValue } from '../stores/store.ts'
export {
  openOneTripOutbox,
  type OneTripOptions,
  type OneTripOutbox,
  type StatementResult
} from './one-trip-outbox.ts'
export type { OneTripBounds } from './pool.ts'
export { type BoundStatement, sql } from './sql.ts'
