import { OutboxError } from './errors.ts'
import type { PendingEvent } from './stores/store.ts'

/** Kafka's producer refuses a record over 1 MiB, and Debezium wraps the payload: this much leaves room. */
export const defaultMaxEventBytes = 900_000

/** An event that Kafka would refuse stops the connector, and with it everybody's events: it is refused here instead. */
export function refuseTooLarge(events: readonly PendingEvent[], maxBytes: number): void {
  for (const { name, json, bytes: encoded } of events) {
    // A character is three bytes at most, and is at most doubled by standing inside JSON once more.
    if (encoded === undefined && json.length * 6 <= maxBytes) continue
    const bytes = encoded?.length ?? Buffer.byteLength(JSON.stringify(json))
    if (bytes > maxBytes)
      throw new OutboxError('EVENT_TOO_LARGE', `Event ${name} takes ${bytes} bytes in Kafka, of at most ${maxBytes}`)
  }
}
