import type { OutboundEvent } from '../define-event.ts'

/** SQL text that the library or a developer wrote, and the values that MySQL gets beside it, never inside it. */
export type Statement = { readonly sql: string; readonly values: readonly SqlValue[] }
export type SqlValue = string | number | boolean | Date | Buffer | null

/** How an event becomes visible in the binlog, and what stays in the table. */
export type StoreName = 'delete' | 'blackhole' | 'keep'

export type OutboxStore = {
  readonly name: StoreName
  /** What `information_schema.tables` must say about the table. */
  readonly engine: 'InnoDB' | 'BLACKHOLE'
  /** The statements that publish `events` in their order; each must touch as many rows as there are events. */
  statements(events: readonly OutboundEvent[]): readonly Statement[]
}

type Column = readonly [name: string, valueOf: (event: OutboundEvent) => SqlValue]

const columns: readonly Column[] = [
  ['event', event => event.name],
  ['event_id', event => event.aggregateId],
  ['payload', event => event.json],
  ['message_id', event => event.messageId],
  ['aggregate', event => event.aggregate],
  ['aggregate_version', event => event.aggregateVersion ?? null],
  ['schema_version', event => event.schemaVersion],
  ['correlation_id', event => event.correlationId ?? null],
  ['causation_id', event => event.causationId ?? null],
  ['traceparent', event => event.traceparent ?? null]
]

/** One INSERT for all events: the binlog gets the rows in this order, so Kafka does too. */
export function insertStatement(events: readonly OutboundEvent[], ids?: readonly number[]): Statement {
  const names = [...(ids === undefined ? [] : ['id']), ...columns.map(([name]) => name)]
  const row = `(${names.map(() => '?').join(', ')})`
  return {
    sql: `INSERT INTO outbox (${names.join(', ')}) VALUES ${events.map(() => row).join(', ')}`,
    values: events.flatMap((event, index) => [
      ...(ids?.slice(index, index + 1) ?? []),
      ...columns.map(([, valueOf]) => valueOf(event))
    ])
  }
}
