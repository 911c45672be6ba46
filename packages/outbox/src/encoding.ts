import type { PendingEvent } from './stores/store.ts'

/** The type of the outbox's column `payload`: readable JSON, or bytes that only a schema explains. */
export type PayloadColumn = 'json' | 'bytes'

/** How a payload lies in the outbox row; JSON text when there is none. */
export interface PayloadEncoding {
  readonly column: PayloadColumn
  /** Called while the event is written: it asks nobody, and what it throws fails the caller's transaction. */
  readonly encode: (event: PendingEvent) => Buffer
}

/** The events with their payloads as they will lie in the row. */
export function encoded<Event extends PendingEvent>(
  events: readonly Event[],
  encoding: PayloadEncoding | undefined
): readonly Event[] {
  return encoding === undefined ? events : events.map(event => ({ ...event, bytes: encoding.encode(event) }))
}
