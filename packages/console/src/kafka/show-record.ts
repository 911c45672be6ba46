import type { ShownRecord } from '../api/kafka-schemas.ts'
import { isAvro } from './avro-decoder.ts'
import { headerOf, isObject, keyText, outboxFields, parsed, type StoredRecord, valueOf } from './decode-record.ts'

const mostShown = 64 * 1024

/** A record in readable form; a value that is too large is cut, and says so. */
export function showRecord(record: StoredRecord): ShownRecord {
  const { partition, offset, timestamp, key, value } = record
  const cut = (value?.length ?? 0) > mostShown
  const readable = cut ? null : openInner(valueOf(record))
  return {
    partition,
    offset,
    timestamp,
    key: keyText(record)?.slice(0, 500) ?? null,
    aggregate: headerOf(record, 'aggregate') ?? null,
    event: cut ? null : (outboxFields(record).event ?? null),
    value: readable,
    rawKey: asText(key, 4_096),
    rawValue: asText(value, mostShown),
    cut,
    bytes: (key?.length ?? 0) + (value?.length ?? 0),
    headers: record.headers.slice(0, 100).map(([name, text]) => ({ name, value: text?.slice(0, 4_096) ?? null }))
  }
}

function asText(bytes: Buffer | null, most: number): string | null {
  if (bytes === null) return null
  return isAvro(bytes) ? bytes.toString('hex', 0, most) : bytes.toString('utf8', 0, most)
}

/** The event's payload is JSON inside a JSON string: it is shown parsed. */
function openInner(value: unknown): unknown {
  if (!isObject(value) || typeof value['payload'] !== 'string') return value
  const payload = parsed(value['payload'])
  return payload === undefined ? value : { ...value, payload }
}
