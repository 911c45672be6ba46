import type { OutboundEvent } from '../define-event.ts'

export type WireRecord = {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

const keySchema = {
  type: 'struct',
  fields: [{ type: 'int64', optional: false, field: 'event_id' }],
  optional: false,
  name: 'orders_server.orders.outbox.Key'
}

const valueSchema = {
  type: 'struct',
  fields: [
    { type: 'int64', optional: false, field: 'id' },
    { type: 'string', optional: false, field: 'event' },
    { type: 'int64', optional: false, field: 'event_id' },
    { type: 'string', optional: false, name: 'io.debezium.data.Json', version: 1, field: 'payload' },
    { type: 'string', optional: false, name: 'io.debezium.time.ZonedTimestamp', version: 1, field: 'created_at' }
  ],
  optional: false,
  name: 'orders_server.orders.outbox.Value'
}

/** The record that Debezium and Connect make of an outbox row: for tests that need a topic but no Connect. */
export function wireRecord(
  event: OutboundEvent,
  { id, createdAt = new Date() }: { id: number; createdAt?: Date }
): WireRecord {
  const row = {
    id,
    event: event.name,
    event_id: event.aggregateId,
    payload: event.json,
    created_at: createdAt.toISOString()
  }
  const headers = {
    message_id: event.messageId,
    aggregate: event.aggregate,
    aggregate_version: event.aggregateVersion,
    schema_version: event.schemaVersion,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    traceparent: event.traceparent
  }
  const present = Object.entries(headers).filter(([, value]) => value !== undefined)
  return {
    key: json({ schema: keySchema, payload: { event_id: event.aggregateId } }),
    value: json({ schema: valueSchema, payload: row }),
    headers: Object.fromEntries(present.map(([name, value]) => [name, String(value)]))
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
