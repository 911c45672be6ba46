import type { GeneratedId, OutboundEvent } from '../define-event.ts'
import type { Statement } from './statement.ts'

/** How an event becomes visible in the binlog, and what stays in the table. */
export type StoreName = 'delete' | 'blackhole'

/** An event of which the server makes the aggregate id, in the same round trip. */
export type PendingEvent = (OutboundEvent | OutboundEvent<string, unknown, GeneratedId>) & {
  /** What the row holds instead of the JSON text, where the outbox has an encoding. */
  readonly bytes?: Buffer
}

export type OutboxStore = {
  readonly name: StoreName
  /** Publishes `events` in their order. */
  readonly insert: (events: readonly PendingEvent[]) => Statement
  /** What follows: removes the `count` rows from `firstId` on; without it, from the id of the INSERT just before. */
  readonly remove?: (count: number, firstId?: number) => Statement
}
