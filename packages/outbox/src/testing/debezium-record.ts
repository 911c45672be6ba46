import type { OutboundEvent } from '../define-event.ts'
import { mysqlJson } from './mysql-json.ts'

/** Key, value and headers as Connect writes them. */
export type DebeziumRecord = {
  readonly key: Buffer
  readonly value: Buffer
  /** All headers of an event: an empty column gives a header without a value. Binlog positions are missing. */
  readonly headers: Readonly<Record<string, string | null>>
}

/** What the database adds to an event. */
export type OutboxRow = { readonly id: number; readonly createdAt: Date; readonly topic: string }

/** The record that Debezium and Connect make of an outbox row, byte for byte except for the microseconds. */
export function debeziumRecord(event: OutboundEvent, { id, createdAt, topic }: OutboxRow): DebeziumRecord {
  const value = {
    id,
    event: event.name,
    event_id: event.aggregateId,
    payload: mysqlJson(event.json),
    created_at: createdAt.toISOString()
  }
  const headers = {
    message_id: event.messageId,
    aggregate: event.aggregate,
    aggregate_version: event.aggregateVersion,
    schema_version: event.schemaVersion,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    traceparent: event.traceparent,
    ...(event.actor !== undefined && { actor: event.actor })
  }
  const idField = fieldOf('event_id', typeof event.aggregateId === 'string' ? 'string' : 'int64')
  return {
    key: json({ schema: struct(`${topic}.Key`, [idField]), payload: { event_id: event.aggregateId } }),
    value: json({ schema: struct(`${topic}.Value`, valueFields(idField)), payload: value }),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, textOf(header)]))
  }
}

const fieldOf = (field: string, type: string, more: object = {}) => ({ type, optional: false, ...more, field })
const time = { name: 'io.debezium.time.ZonedTimestamp', version: 1, default: '1970-01-01T00:00:00Z' }
const valueFields = (idField: object) => [
  fieldOf('id', 'int64'),
  fieldOf('event', 'string'),
  idField,
  fieldOf('payload', 'string', { name: 'io.debezium.data.Json', version: 1 }),
  fieldOf('created_at', 'string', time)
]

const struct = (name: string, fields: readonly object[]) => ({ type: 'struct', fields, optional: false, name })
const textOf = (header: string | number | undefined) => (header === undefined ? null : String(header))
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
