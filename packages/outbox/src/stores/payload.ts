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

type Encoding = { readonly encoding?: PayloadEncoding | undefined; readonly maxEventBytes?: number | undefined }

/**
 * The events with their payloads as the row stores them. Throws `EVENT_TOO_LARGE`: an event that Kafka rejects would stop
 * the connector, and with it all other events. Kafka's producer rejects a record over 1 MiB, and Debezium wraps the
 * payload: the default leaves room for both.
 */
export function encodePayloads<Event extends PendingEvent>(
  events: readonly Event[],
  { encoding, maxEventBytes = 900_000 }: Encoding
): readonly Event[] {
  const encoded = encoding === undefined ? events : events.map(event => ({ ...event, bytes: encoding.encode(event) }))
  for (const { name, json, bytes: written } of encoded) {
    // A character takes at most three bytes, and at most twice that once it is escaped inside JSON again.
    if (written === undefined && json.length * 6 <= maxEventBytes) continue
    const bytes = written?.length ?? Buffer.byteLength(JSON.stringify(json))
    if (bytes <= maxEventBytes) continue
    const message = `Event ${name} takes ${bytes} bytes in Kafka; the limit is ${maxEventBytes}`
    throw new OutboxError('EVENT_TOO_LARGE', message)
  }
  return encoded
}
