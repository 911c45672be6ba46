// Writing
export { appendToOutbox, createOutbox, type Outbox } from './append-to-outbox.ts'
export {
  defineEvent,
  type EventDefinition,
  type EventInput,
  type MessageContext,
  type OutboundEvent
} from './define-event.ts'
export { createOutboxTables, dropOutboxTables } from './migrations/outbox-tables.ts'
export type { StoreName } from './stores/store.ts'

// Errors
export { isRetryable, OutboxError, type OutboxErrorCode } from './errors.ts'
