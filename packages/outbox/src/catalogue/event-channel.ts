import type { EventDefinition } from '../define-event.ts'

/** One topic: who writes which events to it, and who reads them. */
export type EventChannel = {
  readonly topic: string
  readonly producer: string
  readonly consumers: readonly string[]
  /** The file of the definitions, for the reader of the catalogue. */
  readonly source: string
  readonly events: readonly EventDefinition[]
}

/** The headers of every record; each comes from a column of the outbox. */
export const headerDescriptions = {
  message_id: 'UUIDv7. The same id twice is the same message.',
  aggregate: 'The kind of thing whose id is the key.',
  aggregate_version: "Counts the aggregate's events 1, 2, 3 …",
  schema_version: "Version of the payload's schema.",
  correlation_id: 'Links everything that one request caused.',
  causation_id: 'The message id of the event that caused this one.',
  traceparent: 'W3C Trace Context.'
} as const

/** Always present; the others may be empty. */
export const requiredHeaders = ['message_id', 'aggregate', 'schema_version'] as const

/** What the connector adds if `add.headers` is configured: where the commit is in the binlog. */
export const connectorHeaders = {
  binlog_file: 'Binlog file in which the event was committed.',
  binlog_pos: 'Its position there.',
  gtid: 'The transaction that committed it.',
  captured_us: 'When Debezium read it, in microseconds since 1970.'
} as const
