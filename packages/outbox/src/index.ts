// Writing
export {
  appendToOutbox,
  createOutbox,
  type Outbox,
  type OutboxOptions,
  requireOutboxTable
} from './append-to-outbox.ts'
export {
  defineEvent,
  type EventDefinition,
  type EventInput,
  type GeneratedId,
  generatedId,
  type OutboundEvent
} from './define-event.ts'
export type { PayloadColumn, PayloadEncoding } from './encoding.ts'
export { createOutboxTables, dropOutboxTables, type OutboxTablesOptions } from './migrations/outbox-tables.ts'
export type { OneTripBounds } from './one-trip/bounded.ts'
export {
  openOneTripOutbox,
  type OneTripOptions,
  type OneTripOutbox,
  type StatementResult
} from './one-trip/one-trip-outbox.ts'
export type { StoreOptions } from './stores/create-store.ts'
export { type BoundStatement, sql, type SqlValue } from './stores/statement.ts'
export type { PendingEvent, StoreName } from './stores/store.ts'
export { causedBy, currentMessageContext } from './tracing/message-context.ts'
export type { MessageContext } from './tracing/message-headers.ts'

// Errors
export { isRetryable, OutboxError, type OutboxErrorCode } from './errors.ts'

// Consuming
export { type ConsumedEvent, type EventHandler, handle, handleBatch } from './consumer/consumed-event.ts'
export type { ConsumerObserver } from './consumer/consumer-setup.ts'
export type { ConsumerOptions, HandlingOptions } from './consumer/consumer-options.ts'
export { type Consumer, type ConsumerHealth, createConsumer } from './consumer/create-consumer.ts'
export type { Decoded, RecordDecoding } from './consumer/decoding.ts'
export type { LivenessOptions } from './consumer/liveness.ts'
export type { Logger } from './consumer/logger.ts'
export { type ParkReason, readEnvelope, type Received, type Refusal } from './consumer/read-envelope.ts'
export { replay, type ReplayOptions, type ReplayResult } from './consumer/replay.ts'
export type { RetryTimes } from './consumer/retry-policy.ts'
export { createInbox, type Inbox } from './inbox/handle-once.ts'
export { pruneInbox, type PruneOptions } from './inbox/prune-inbox.ts'
export type { InboxRetention } from './inbox/retention.ts'
export { createInboxTables, dropInboxTables } from './inbox/inbox-tables.ts'
export type {
  KafkaClient,
  KafkaMember,
  KafkaRecord,
  Membership,
  OffsetWindow,
  TopicFacts,
  Watermarks,
  WindowRead
} from './kafka/kafka-client.ts'
export { kafkajsClient, type KafkajsOptions } from './kafka/kafkajs-client.ts'
export { platformaticClient, type PlatformaticOptions } from './kafka/platformatic-client.ts'

// Parking
export {
  countParked,
  type KeyOfConsumer,
  listParked,
  type ParkedCounts,
  type ParkedKey,
  requestRetry,
  showParked,
  skipParked
} from './parking/parked-commands.ts'
export type { ParkedRow } from './parking/parked-row.ts'
