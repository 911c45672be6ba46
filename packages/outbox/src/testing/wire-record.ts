import type { OutboundEvent } from '../define-event.ts'
import { debeziumRecord } from './debezium-record.ts'

export type WireRecord = {
  readonly key: Buffer
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** The same record as a producer takes it: for tests that have a broker but no Connect. */
export function wireRecord(
  event: OutboundEvent,
  { id, createdAt = new Date() }: { readonly id: number; readonly createdAt?: Date }
): WireRecord {
  const { headers, ...record } = debeziumRecord(event, { id, createdAt, topic: 'orders_server.orders.outbox' })
  const entries = Object.entries(headers).map(([name, value]) => [name, value ?? undefined] as const)
  return { ...record, headers: Object.fromEntries(entries) }
}
