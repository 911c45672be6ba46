import { jsonDecoding, type RecordDecoding } from '../consumer/read/decoding.ts'
import { readTimed } from '../consumer/read/read-event.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { StepInput } from './saga-step.ts'

/**
 * The step that a record is, in each shape that a consumer reads; undefined if a consumer would park it as unreadable.
 * For Avro, call the decoding's `prepare` first.
 */
export function stepOf(record: KafkaRecord, decoding: RecordDecoding = jsonDecoding): StepInput | undefined {
  const { received, createdAt } = readTimed(record, decoding)
  if ('refusal' in received) return undefined
  const { event } = received
  const arrivedAt = record.timestamp
  const at = event.createdAt.getTime() + microsecondsOf(createdAt) / 1_000
  return {
    messageId: event.messageId,
    event: shared(event.name),
    aggregate: shared(event.aggregate ?? ''),
    aggregateId: String(event.aggregateId),
    aggregateVersion: event.aggregateVersion,
    correlationId: event.correlationId,
    causationId: event.causationId,
    actor: event.actor === undefined ? undefined : shared(event.actor),
    topic: shared(record.topic),
    partition: record.partition,
    offset: Number(record.offset),
    at,
    // Kafka's time is missing only in very old topics.
    arrivedAt: arrivedAt < 0 ? at : arrivedAt
  }
}

/** What a time says after its milliseconds, which a Date drops. */
function microsecondsOf(time = ''): number {
  return Number((/\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '').padEnd(3, '0'))
}

// Each record brings its own copy of the same few names.
const names = new Map<string, string>()
const mostNames = 1_000

function shared(name: string): string {
  const known = names.get(name)
  if (known === undefined && names.size < mostNames) names.set(name, name)
  return known ?? name
}
