import type { KafkaRecord } from '../kafka/kafka-client.ts'

/** Why a record was parked. The list is closed; `parked_event.reason` holds one of these. */
export type ParkReason =
  | 'UNREADABLE'
  | 'UNKNOWN_EVENT'
  | 'FUTURE_VERSION'
  | 'PAYLOAD_INVALID'
  | 'REFUSED'
  | 'HANDLER_FAILED'
  | 'CRASH_LOOP'
  | 'VERSION_GAP'
  | 'VERSION_STALE'
  | 'BEHIND'

/** What every record has, readable or not: the key that orders it, and its identity. */
export type IdentifiedRecord = { readonly record: KafkaRecord; readonly key: string; readonly messageId: string }

/** Why one record can't be handled. */
export type Refusal = { readonly reason: ParkReason; readonly error: Error }

/** A row of `parked_event` as the drivers return it. */
export type ParkedRow = {
  readonly id: number | string
  readonly event_key: string
  readonly message_id: string
  readonly state: 'waiting' | 'applied' | 'skipped'
  readonly reason: ParkReason
  readonly error: string | null
  readonly stack: string | null
  readonly attempts: number
  readonly event: string | null
  readonly topic: string
  readonly partition_no: number
  readonly record_offset: number | string
  readonly record_time: number | string
  readonly record_key: Buffer | null
  readonly record_value: Buffer | null
  readonly record_headers: string
  readonly parked_at: Date
  readonly settled_at: Date | null
  readonly note: string | null
}

/** The record as Kafka had it, byte for byte. */
export function recordOfRow(row: ParkedRow): KafkaRecord {
  return {
    topic: row.topic,
    partition: row.partition_no,
    offset: BigInt(row.record_offset),
    timestamp: Number(row.record_time),
    key: row.record_key,
    value: row.record_value,
    headers: JSON.parse(row.record_headers)
  }
}
