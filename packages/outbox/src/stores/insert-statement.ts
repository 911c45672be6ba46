import { generatedId } from '../define-event.ts'
import type { SqlValue, Statement } from './statement.ts'
import type { PendingEvent } from './store.ts'

const columns: Readonly<Record<string, (event: PendingEvent) => SqlValue>> = {
  event: event => event.name,
  payload: event => event.bytes ?? event.json,
  message_id: event => event.messageId,
  aggregate: event => event.aggregate,
  aggregate_version: event => event.aggregateVersion ?? null,
  schema_version: event => event.schemaVersion,
  correlation_id: event => event.correlationId ?? null,
  causation_id: event => event.causationId ?? null,
  traceparent: event => event.traceparent ?? null
}
const names = Object.keys(columns)
const placeholders = names.map(() => '?').join(', ')

/** One INSERT for all events: the binlog gets the rows in this order, and so does Kafka. */
export function insertStatement(events: readonly PendingEvent[], ids: readonly number[] = []): Statement {
  const id = ids.length === 0 ? ['', ''] : ['id, ', '?, ']
  const rows = events.map(event => `(${id[1]}${aggregateIdOf(event)}, ${placeholders})`)
  return {
    sql: `INSERT INTO outbox (${id[0]}event_id, ${names.join(', ')}) VALUES ${rows.join(', ')}`,
    values: events.flatMap((event, index) => [...ids.slice(index, index + 1), ...valuesOf(event)])
  }
}

// Nothing generated is 0, and NULL here: the column refuses it, where 0 would be published as somebody's order.
function aggregateIdOf(event: PendingEvent): string {
  return event.aggregateId === generatedId ? 'NULLIF(LAST_INSERT_ID(), 0)' : '?'
}

function valuesOf(event: PendingEvent): readonly SqlValue[] {
  const values = names.map(name => columns[name]?.(event) ?? null)
  return event.aggregateId === generatedId ? values : [event.aggregateId, ...values]
}
