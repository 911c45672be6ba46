// Writing
export {
  appendToOutbox,
  createOutbox,
  type Outbox,
  type OutboxOptions,
  requireOutboxTable
} from './append-to-outbox.ts'
export {
  type AggregateId,
  type AggregateIdKind,
  defineEvent,
  type EventDefinition,
  type EventInput,
  type GeneratedId,
  type MessageContext,
  type OutboundEvent
} from './define-event.ts'
export { createOutboxTables, dropOutboxTables, type OutboxTablesOptions } from './migrations/outbox-tables.ts'
export type { PayloadColumn, PayloadEncoding } from './stores/payload.ts'
export type { OutboxStore, PendingEvent, Statement, StoreName } from './stores/store.ts'
export type {
  AnyTransaction,
  OpenTransaction,
  SqlAnswer,
  SqlDialect,
  SqlValue
} from './transactions/open-transaction.ts'
export { causedBy, currentMessageContext } from './tracing/message-context.ts'

// Errors
export { type DatabaseFault, databaseFault, isLockConflict } from './database-errors.ts'
export { isRetryable, OutboxError, type OutboxErrorCode } from './errors.ts'

// Consuming
export type { Decoded, RecordDecoding } from './consumer/read/decoding.ts'
export { eventKey, idInColumn, readEventKey } from './consumer/read/event-key.ts'
export { type ConsumedEvent, type EventHandler, handle, handleBatch } from './consumer/read/handler.ts'
export { readEnvelope, type Received } from './consumer/read/read-event.ts'
export * from './consumer/run/create-consumer.ts'
export type { LivenessOptions } from './consumer/run/liveness.ts'
export { replay, type ReplayOptions, type ReplayResult } from './consumer/run/replay.ts'
export type { Difference, Key } from './rebuild/compare-tables.ts'
export { rebuildCommand, type RebuildCommandOptions } from './rebuild/rebuild-command.ts'
export { rebuildView } from './rebuild/rebuild-view.ts'
export type { Progress, Rebuilt, RebuildOptions, View } from './rebuild/view.ts'
export type { ConsumerObserver, HandlingOptions, RetryTimes } from './consumer/settle/handling.ts'
export { createInbox, type Inbox } from './inbox/inbox-store.ts'
export { createInboxTables, dropInboxTables, requireInboxTables } from './inbox/inbox-tables.ts'
export { type InboxRetention, pruneInbox, type PruneOptions } from './inbox/prune-inbox.ts'
export type {
  KafkaClient,
  KafkaMember,
  KafkaRecord,
  Membership,
  NextOffset,
  OffsetWindow,
  TopicFacts,
  TopicPartition,
  Watermarks,
  WindowRead
} from './kafka/kafka-client.ts'
export { kafkajsClient, type KafkajsOptions } from './kafka/kafkajs-client.ts'
export type { Logger } from './logger.ts'

// Parking
export * from './parking/parked-commands.ts'
export type { ParkedRow, ParkReason, Refusal } from './parking/parked-event.ts'
