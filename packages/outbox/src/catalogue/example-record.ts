import type { EventDefinition } from '../define-event.ts'
import { debeziumRecord } from '../testing/debezium-record.ts'

export type ExampleRecord = {
  readonly key: { readonly event_id: number }
  readonly value: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | null>>
}

/** The record of the definition's example, without the schemas around key and value; the same at every call. */
export function exampleRecord(definition: EventDefinition, topic: string): ExampleRecord | undefined {
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
  return { key: payloadIn(key), value: payloadIn(value), headers }
}

function payloadIn<T>(json: Buffer): T {
  return (JSON.parse(json.toString()) as { payload: T }).payload
}
