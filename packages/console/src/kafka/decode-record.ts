// Decodes the bytes of records for the pages of a topic, its search, the journey of an event, the sampler and the parked
// events. Unlike the library's readEnvelope it rejects nothing: the page shows records of other shapes too.
//
// A RecordDecoder adds another format; avro-decoder.ts is one, and sources.ts chooses it. It is
// called with each batch of records as it comes from Kafka or from the table of parked events, may wait for a schema,
// and leaves what is not its own, or cannot be decoded, as it is: such a value is shown as text. `opened` is what is
// shown, searched, and looked through for `event`, `event_id` and `created_at`; where these are not in the value, the
// headers of these names and the record's key stand in.
export type RecordDecoder = (records: readonly StoredRecord[]) => Promise<readonly StoredRecord[]>

/** Decodes nothing: for JSON. */
export const asTheyAre: RecordDecoder = records => Promise.resolve(records)

/** The record's value: decoded, else as JSON, else as text. */
export function valueOf({ opened, value }: StoredRecord): unknown {
  return opened === undefined ? unwrapped(value) : opened
}

/** The value as the text that a search reads. */
export function textOf({ opened, value }: StoredRecord): string | null {
  if (opened !== undefined) return JSON.stringify(opened)
  return value === null ? null : value.toString('utf8')
}

/** The key or value as JSON with its `{schema, payload}` opened, else as text. */
function unwrapped(bytes: Buffer | null): unknown {
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  const json = parsed(text)
  if (json === undefined) return text
  return isObject(json) && 'schema' in json && 'payload' in json ? json.payload : json
}

/** The fields of an outbox record, with or without a schema around them; missing ones are undefined. */
export function outboxFields(record: StoredRecord) {
  const value = valueOf(record)
  const fields = isObject(value) ? value : {}
  const { event, event_id: eventId, created_at: createdAt } = fields
  return {
    event: typeof event === 'string' ? event : headerOf(record, 'event'),
    eventId: typeof eventId === 'number' || typeof eventId === 'string' ? String(eventId) : keyText(record),
    createdAt: preciseTime(typeof createdAt === 'string' ? createdAt : headerOf(record, 'created_at')),
    capturedAt: capturedAt(record)
  }
}

/** When Debezium read it from the log, where the connector says so under our name or Debezium's own. */
export function capturedAt(record: StoredRecord): number | undefined {
  const micros = headerOf(record, 'captured_us') ?? headerOf(record, '__ts_us')
  if (micros !== undefined && /^\d{16}$/.test(micros)) return Number(micros) / 1000
  const ms = headerOf(record, 'captured_ms')
  return ms !== undefined && /^\d{13}$/.test(ms) ? Number(ms) : undefined
}

export function headerOf({ headers }: StoredRecord, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1] ?? undefined
}

/** The key: decoded, else as JSON, else as text. */
export function keyOf({ openedKey, key }: Pick<StoredRecord, 'openedKey' | 'key'>): unknown {
  return openedKey === undefined ? unwrapped(key) : openedKey
}

/** The short form of a key: `7` for `{"event_id":7}`. */
export function keyText(record: Pick<StoredRecord, 'openedKey' | 'key'>): string | null {
  const key = keyOf(record)
  if (key === null) return record.key === null ? null : 'null'
  // A bare key may look like a number that is written in another way: 1e3, 007.
  if (typeof key === 'number' && record.openedKey === undefined && !String(record.key).startsWith('{'))
    return String(record.key)
  if (!isObject(key)) return typeof key === 'string' ? key : JSON.stringify(key)
  const values = Object.values(key)
  return values.length === 1 && !isObject(values[0]) ? String(values[0]) : JSON.stringify(key)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The record as the library takes it. */
export function asKafkaRecord(record: StoredRecord) {
  const { offset, timestamp, headers } = record
  return { ...record, offset: BigInt(offset), timestamp: timestamp ?? -1, headers: Object.fromEntries(headers) }
}

/** Kafka's time of a record; a record without one has -1. */
export function timeOf(timestamp: bigint | number | string): number | null {
  const ms = Number(timestamp)
  return ms < 0 ? null : ms
}

/** Undefined if the text is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Milliseconds with the fraction that a Date drops. */
function preciseTime(iso: string | undefined): number | undefined {
  if (iso === undefined) return undefined
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return undefined
  const micros = /\.\d{3}(\d{1,3})/.exec(iso)?.[1]
  return micros === undefined ? ms : ms + Number(micros.padEnd(3, '0')) / 1000
}

/** A record as it lies in Kafka. Offsets are numbers: 2^53 records a partition are enough. */
export type StoredRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** null where the record has none. */
  readonly timestamp: number | null
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
  /** What a decoder made of the value; see decode-record.ts. */
  readonly opened?: unknown
  /** And of the key. */
  readonly openedKey?: unknown
}
