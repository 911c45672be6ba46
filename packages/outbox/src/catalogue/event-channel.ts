import type { EventDefinition } from '../define-event.ts'
import { type JsonSchema, jsonSchemaOf } from '../json-schema.ts'
import { debeziumRecord } from '../testing/debezium-record.ts'

/** One topic: who writes which events to it, and who reads them. */
export type EventChannel = {
  readonly topic: string
  readonly producer: string
  readonly consumers: readonly string[]
  /** The file of the definitions, for the reader of the catalogue. */
  readonly source: string
  /** Whether a record is the row, or as Debezium's Outbox Event Router makes it; `row` by default. */
  readonly shape?: RecordShape
  /** Whether the outbox has the column `actor`, which the connector lifts into a header; false by default. */
  readonly actors?: boolean
  /** What the aggregate's id identifies, where that is another thing: a payment may have the id of its order. */
  readonly idOf?: string
  readonly events: readonly EventDefinition[]
}

export type RecordShape = 'row' | 'routed'

/** An event and the channel that it is published on. */
export type Published = { readonly event: EventDefinition; readonly channel: EventChannel }

export function eventsOf(channels: readonly EventChannel[]): readonly Published[] {
  return channels.flatMap(channel => channel.events.map(event => ({ event, channel })))
}

/**
 * The headers of a record: name, whether it has a value, and meaning. The connector adds the last four if `add.headers`
 * is configured; the others come from columns of the outbox.
 */
const ofColumns = [
  ['message_id', 'always', 'UUIDv7. The same id twice is the same message.'],
  ['aggregate', 'always', 'The kind of thing whose id is the key.'],
  ['aggregate_version', 'may be empty', "Counts the aggregate's events 1, 2, 3 …"],
  ['schema_version', 'always', "Version of the payload's schema."],
  ['correlation_id', 'may be empty', 'Links everything that one request caused.'],
  ['causation_id', 'may be empty', 'The message id of the event that caused this one.'],
  ['traceparent', 'may be empty', 'W3C Trace Context.']
] as const

export const headers = {
  row: [
    ...ofColumns,
    ['binlog_file', 'from the connector', 'Binlog file in which the event was committed.'],
    ['binlog_pos', 'from the connector', 'Its position there.'],
    ['gtid', 'from the connector', 'The transaction that committed it.'],
    ['captured_us', 'from the connector', 'When Debezium read it, in microseconds since 1970.']
  ],
  routed: [
    ['event', 'always', 'Its name.'],
    ['created_at', 'always', 'When the row was written, in UTC.'],
    ...ofColumns,
    ['id', 'from the connector', 'The message id again.']
  ]
} as const satisfies Record<RecordShape, readonly (readonly [name: string, presence: string, meaning: string])[]>

const actorHeader = ['actor', 'may be empty', 'Who caused it, as the gateway knows its callers.'] as const

/** The headers of a channel's records. */
export function headersOf({ shape = 'row', actors = false }: EventChannel) {
  return actors ? [...headers[shape], actorHeader] : headers[shape]
}

/** The payload as it travels, in draft-07, which AsyncAPI builds upon. */
export function payloadSchema(definition: EventDefinition): JsonSchema {
  const { $schema: _, ...schema } = jsonSchemaOf(definition.payload, 'draft-07')
  return schema
}

/** The record of the definition's example, without the schemas around key and value; the same at every call. */
export function exampleRecord({ event: definition, channel: { topic, shape = 'row', actors } }: Published) {
  if (definition.example === undefined) return undefined
  const event = definition({
    aggregateId: definition.aggregateId === 'string' ? '01980000-0000-7000-8000-000000000002' : 1,
    aggregateVersion: 1,
    messageId: '01980000-0000-7000-8000-000000000001',
    correlationId: 'request-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    actor: actors ? 'customer' : undefined,
    payload: definition.example
  })
  const record = debeziumRecord(event, { id: 1, createdAt: new Date(Date.UTC(2026, 0, 1)), topic })
  const [key, value] = [record.key, record.value].map(json => JSON.parse(String(json)).payload)
  if (shape === 'row') return { key, value, headers: record.headers }
  const { event: name, event_id: id, created_at, payload } = value
  const headers = { event: name, created_at, ...record.headers, id: event.messageId }
  return { key: id, value: payload, headers }
}
