import { z } from 'zod'
import type { EventDefinition } from '../define-event.ts'
import { debeziumRecord } from '../testing/debezium-record.ts'

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
export const requiredHeaders: readonly string[] = ['message_id', 'aggregate', 'schema_version']

/** What the connector adds if `add.headers` is configured: where the commit is in the binlog. */
export const connectorHeaders = {
  binlog_file: 'Binlog file in which the event was committed.',
  binlog_pos: 'Its position there.',
  gtid: 'The transaction that committed it.',
  captured_us: 'When Debezium read it, in microseconds since 1970.'
} as const

export type JsonSchema = {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly format?: string
}

/** The payload as it travels, in draft-07, which AsyncAPI builds upon. */
export function payloadSchema(definition: EventDefinition): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(definition.payload, { io: 'input', target: 'draft-07' })
  return schema as JsonSchema
}

/** The record of the definition's example, without the schemas around key and value; the same at every call. */
export function exampleRecord(definition: EventDefinition, topic: string) {
  if (definition.example === undefined) return undefined
  const event = definition({
    aggregateId: 1,
    aggregateVersion: 1,
    messageId: '01980000-0000-7000-8000-000000000001',
    correlationId: 'request-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    payload: definition.example
  })
  const { key, value, headers } = debeziumRecord(event, { id: 1, createdAt: new Date(Date.UTC(2026, 0, 1)), topic })
  const [keyPayload, valuePayload] = [key, value].map(json => JSON.parse(String(json)).payload)
  return { key: keyPayload, value: valuePayload, headers }
}
