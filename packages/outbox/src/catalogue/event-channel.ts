import type { EventDefinition } from '../define-event.ts'

/** One topic: who writes which events to it, and who reads them. */
export type EventChannel = {
  readonly topic: string
  readonly producer: string
  readonly consumers: readonly string[]
  /** Where the definitions stand, for the reader of the catalogue. */
  readonly source: string
  readonly events: readonly EventDefinition[]
}

/** The headers of every record, each lifted from a column of the outbox. */
export const headerDescriptions = {
  message_id: 'UUIDv7. The same id twice is the same message.',
  aggregate: 'What the key counts.',
  aggregate_version: "Counts the aggregate's events 1, 2, 3 …",
  schema_version: "Version of the payload's schema.",
  correlation_id: 'Groups everything that one request set off.',
  causation_id: 'The message id of the event that caused this one.',
  traceparent: 'W3C Trace Context.'
} as const

/** Always there; the others may have no value. */
export const requiredHeaders = ['message_id', 'aggregate', 'schema_version'] as const

/** What the connector adds where it is configured with `add.headers`: the place of the commit. */
export const connectorHeaders = {
  binlog_file: 'Binlog file in which the event was committed.',
  binlog_pos: 'Its position there.',
  gtid: 'The transaction that committed it.',
  captured_us: 'When Debezium read it, in microseconds since 1970.'
} as const
