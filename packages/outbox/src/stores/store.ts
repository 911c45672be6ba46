import type { GeneratedId, OutboundEvent } from '../define-event.ts'
import type { Statement } from './statement.ts'

/** How an event becomes visible in the binlog, and what stays in the table. */
export type StoreName = 'delete' | 'blackhole' | 'keep'

/** An event of which the server makes the aggregate id, in the same round trip. */
export type PendingEvent = OutboundEvent | OutboundEvent<string, unknown, GeneratedId>

export type OutboxStore = {
  readonly name: StoreName
  /** The statements that publish `events` in their order; each touches as many rows as there are events. */
  statements(events: readonly PendingEvent[]): readonly Statement[]
}
