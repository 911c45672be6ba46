import { type KafkaRecord, readEnvelope } from '@outbox-cdc/outbox'

/** An event as contracts state it, the same for each converter and each connector: the value of its record, and key and headers. */
export type Message = {
  readonly contents: {
    readonly event: string
    readonly event_id: string | number
    readonly payload: unknown
    readonly created_at: string
  }
  readonly metadata: Readonly<Record<string, string>>
}

/** What a record says. Throws the library's reason if no consumer could read it. */
export function messageOf(record: KafkaRecord): Message {
  const received = readEnvelope(record)
  if ('refusal' in received) throw received.refusal.error
  const { event } = received
  const headers = {
    message_id: event.messageId,
    aggregate: event.aggregate,
    aggregate_version: event.aggregateVersion,
    schema_version: event.schemaVersion,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    traceparent: event.traceparent,
    actor: event.actor
  }
  const present = Object.entries(headers).filter(([, value]) => value !== undefined)
  return {
    contents: {
      event: event.name,
      event_id: event.aggregateId,
      payload: event.payload,
      created_at: event.createdAt.toISOString()
    },
    metadata: {
      topic: record.topic,
      key: JSON.stringify({ event_id: event.aggregateId }),
      ...Object.fromEntries(present.map(([name, value]) => [name, String(value)]))
    }
  }
}

/** A record that says it. */
export function recordOf({ contents, metadata }: Message): KafkaRecord {
  const { topic = '', key = '', ...headers } = metadata
  const value = { id: 1, ...contents, payload: JSON.stringify(contents.payload) }
  return {
    topic,
    partition: 0,
    offset: 0n,
    timestamp: Date.parse(contents.created_at),
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify(value)),
    headers
  }
}
