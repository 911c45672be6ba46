import { listParked, showParked } from '@outbox-cdc/outbox'
import type { ParkedRow } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import type { ParkedEvent, ParkedKey } from '../api/pipeline-schemas.ts'
import type { RecordDecoder, StoredRecord } from '../kafka/decode-record.ts'
import { showRecord } from '../kafka/show-record.ts'

const mostKeys = 1_000
const mostEvents = 200

/** The parked keys of the consumer's database, as the page shows them. */
export async function listKeys(db: Knex): Promise<ParkedKey[]> {
  const keys = await listParked(db)
  return keys.slice(0, mostKeys).map(({ consumer, key, reason, parkedAt, retryRequestedAt, waiting }) => ({
    consumer,
    key,
    reason,
    waiting,
    parkedAt: parkedAt.getTime(),
    retryAskedAt: retryRequestedAt?.getTime() ?? null
  }))
}

/** The events of one key with their records. */
export async function listEvents(
  db: Knex,
  key: { readonly consumer: string; readonly key: string },
  decode: RecordDecoder
): Promise<ParkedEvent[]> {
  const rows = (await showParked(db, key)).slice(-mostEvents)
  const records = await decode(rows.map(recordOf))
  return rows.flatMap((row, index) => (records[index] === undefined ? [] : [shownEvent(row, records[index])]))
}

function shownEvent(row: ParkedRow, record: StoredRecord): ParkedEvent {
  const { state, reason, error, stack, attempts, note } = row
  return {
    id: Number(row.id),
    state,
    reason,
    error,
    stack,
    attempts,
    note,
    parkedAt: row.parked_at.getTime(),
    record: showRecord(record)
  }
}

function recordOf(row: ParkedRow): StoredRecord {
  return {
    topic: row.topic,
    partition: row.partition_no,
    offset: Number(row.record_offset),
    timestamp: Number(row.record_time),
    key: row.record_key,
    value: row.record_value,
    headers: Object.entries(JSON.parse(row.record_headers) as Record<string, string | null>)
  }
}
