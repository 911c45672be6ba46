import { jsonDecoding } from '../consumer/read/decoding.ts'
import type { ConsumedEvent, EventHandler } from '../consumer/read/handler.ts'
import { readEvent } from '../consumer/read/read-event.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'

/** Handlers by topic and event, as `createConsumer` takes them. */
export type Topics = Readonly<Record<string, Readonly<Record<string, EventHandler>>>>

/**
 * Reads a JSON record as a consumer of these topics does, without calling its handler. Throws the reason for which that consumer
 * would park it, and for an event that it doesn't handle.
 */
export function readRecord(topics: Topics, record: KafkaRecord): ConsumedEvent {
  const handlers = new Map(Object.entries(topics).map(([topic, events]) => [topic, new Map(Object.entries(events))]))
  const item = readEvent({ decoding: jsonDecoding, handlers, onUnknown: 'park' }, record)
  if ('refusal' in item) throw item.refusal.error
  return item.event
}
