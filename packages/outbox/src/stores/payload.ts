import { OutboxError } from '../errors.ts'
import type { PendingEvent } from './store.ts'

/** The type of the outbox's column `payload`: readable JSON, or bytes that need a schema. */
export type PayloadColumn = 'json' | 'bytes'

/** How a payload is stored in the outbox row; as JSON text by default. */
export interface PayloadEncoding {
  readonly column: PayloadColumn
  /** Called while the event is written, without I/O. An error that it throws fails the caller's transaction. */
  readonly encode: (event: PendingEvent) => Buffer
}

/** The events with their payloads as the row stores them. */
export function encodePayloads<Event extends PendingEvent>(
  events: readonly Event[],
  encoding: PayloadEncoding | undefined
): readonly Event[] {
  return encoding === undefined ? events : events.map(event => ({ ...event, bytes: encoding.encode(event) }))
}

/** Kafka's producer rejects a record over 1 MiB, and Debezium wraps the payload: this leaves room for both. */
export const defaultMaxEventBytes = 900_000

/** Throws `EVENT_TOO_LARGE`. An event that Kafka rejects would stop the connector, and with it all other events. */
export function checkSizes(events: readonly PendingEvent[], maxBytes: number): void {
  for (const { name, json, bytes: encoded } of events) {
    // A character takes at most three bytes, and at most twice that once it is escaped inside JSON again.
    if (encoded === undefined && json.length * 6 <= maxBytes) continue
    const bytes = encoded?.length ?? Buffer.byteLength(JSON.stringify(json))
    if (bytes > maxBytes)
      throw new OutboxError('EVENT_TOO_LARGE', `Event ${name} takes ${bytes} bytes in Kafka; the limit is ${maxBytes}`)
  }
}
