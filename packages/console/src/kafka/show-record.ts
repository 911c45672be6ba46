import { z } from 'zod'
import { isAvro } from './avro-decoder.ts'
import { isObject, keyText, outboxFields, valueOf } from './decode-record.ts'
import type { StoredRecord } from './stored-record.ts'

export const shownRecord = z
  .object({
    partition: z.number(),
    offset: z.number(),
    timestamp: z.number(),
    key: z.string().nullable().meta({ description: 'As people say it: 7 for {"event_id":7}' }),
    event: z.string().nullable(),
    value: z.unknown().meta({ description: '{schema, payload} opened, the inner JSON text parsed' }),
    rawKey: z.string().nullable(),
    rawValue: z.string().nullable().meta({ description: 'At most 64 kB of it; Avro as hexadecimal digits' }),
    cut: z.boolean().meta({ description: 'The value is larger than what is shown' }),
    bytes: z.number(),
    headers: z.array(z.object({ name: z.string(), value: z.string().nullable() }))
  })
  .meta({ id: 'Record' })
export type ShownRecord = z.output<typeof shownRecord>

const mostShown = 64 * 1024

/** A record as people read it; what is too large to show is cut, and says so. */
export function showRecord(record: StoredRecord): ShownRecord {
  const { partition, offset, timestamp, key, value } = record
  const cut = (value?.length ?? 0) > mostShown
  const readable = cut ? null : openInner(valueOf(record))
  return {
    partition,
    offset,
    timestamp,
    key: keyText(record)?.slice(0, 500) ?? null,
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

/** The event's payload is JSON inside a JSON string: shown as what it says. */
function openInner(value: unknown): unknown {
  if (!isObject(value) || typeof value['payload'] !== 'string') return value
  try {
    return { ...value, payload: JSON.parse(value['payload']) as unknown }
  } catch {
    return value
  }
}
