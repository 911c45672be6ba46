import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { ConsumedEvent } from './consumed-event.ts'
import { type Decoded, jsonDecoding, type RecordDecoding } from './decoding.ts'
import { parseJson } from './parse-json.ts'

/** Why a record was set aside. The list is closed; `parked_event.reason` holds one of these. */
export type ParkReason =
  | 'UNREADABLE'
  | 'TOO_LARGE'
  | 'UNKNOWN_EVENT'
  | 'FUTURE_VERSION'
  | 'PAYLOAD_INVALID'
  | 'REFUSED'
  | 'HANDLER_FAILED'
  | 'CRASH_LOOP'
  | 'VERSION_GAP'
  | 'VERSION_STALE'
  | 'BEHIND'

/** Why one record cannot be handled. */
export type Refusal = { readonly reason: ParkReason; readonly error: Error }

/** A record with the two things that every record has, readable or not: the key that orders it and its identity. */
export type Received = {
  readonly record: KafkaRecord
  readonly key: string
  readonly messageId: string
} & ({ readonly event: ConsumedEvent } | { readonly refusal: Refusal })

const integer = z.number().int()
const keyOf = z.object({ event_id: integer })
const fieldsOf = z.object({
  id: integer,
  event: z.string().min(1).max(100),
  event_id: integer,
  created_at: z.iso.datetime({ offset: true })
})
const valueOf = fieldsOf.extend({ payload: z.string() })
const shortText = z.string().max(64).nullish()
const headersOf = z.object({
  message_id: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  aggregate: shortText,
  aggregate_version: z.coerce.number().int().positive().nullish(),
  schema_version: z.coerce.number().int().positive().nullish(),
  correlation_id: shortText.catch(null),
  causation_id: shortText.catch(null),
  traceparent: z.string().max(55).nullish().catch(null)
})

const largestValue = 1024 * 1024

/** Reads what Connect wrote, with or without a schema around it. Never throws: what cannot be read becomes a refusal. */
export function readEnvelope(record: KafkaRecord, { decode }: RecordDecoding = jsonDecoding): Received {
  const key = keyText(record, decode)
  const messageId = headersOf.shape.message_id.safeParse(record.headers.message_id)
  const place = { record, key: key.text, messageId: messageId.success ? messageId.data : placeName(record) }
  try {
    if ((record.value?.length ?? 0) > largestValue) {
      const error = new RangeError(`The value has ${record.value?.length} bytes, over ${largestValue}`)
      return { ...place, refusal: { reason: 'TOO_LARGE', error } }
    }
    if (key.id === undefined) throw new SyntaxError('The key holds no aggregate id', { cause: key.cause })
    return { ...place, event: eventOf(record, key.id, decode) }
  } catch (cause) {
    return { ...place, refusal: { reason: 'UNREADABLE', error: asError(cause) } }
  }
}

type Decode = RecordDecoding['decode']

function eventOf(record: KafkaRecord, aggregateId: number, decode: Decode): ConsumedEvent {
  if (record.value === null) throw new SyntaxError('The value is null')
  const decoded = decode(record.value)
  const value = typeof record.headers.event === 'string' ? bareValue(record, aggregateId, decoded) : rowValue(decoded)
  const headers = headersOf.parse(record.headers)
  if (value.event_id !== aggregateId)
    throw new SyntaxError(`The key says event_id ${aggregateId}, the value says ${value.event_id}`)
  return {
    id: value.id,
    name: value.event,
    aggregateId,
    aggregate: headers.aggregate ?? undefined,
    aggregateVersion: headers.aggregate_version ?? undefined,
    schemaVersion: headers.schema_version ?? 1,
    payload: value.payload,
    json: value.json,
    createdAt: new Date(value.created_at),
    messageId: headers.message_id,
    correlationId: headers.correlation_id ?? undefined,
    causationId: headers.causation_id ?? undefined,
    traceparent: headers.traceparent ?? undefined,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset
  }
}

type Value = z.output<typeof fieldsOf> & { readonly payload: unknown; readonly json: string }

/** The value is the row: five fields, the payload among them as JSON text. */
function rowValue({ content }: Decoded): Value {
  const value = valueOf.parse(content)
  return { ...value, payload: parseJson(value.payload), json: value.payload }
}

/** The value is the payload, and the row's other fields are headers. */
function bareValue({ headers }: KafkaRecord, aggregateId: number, { content, type }: Decoded): Value {
  const fields = fieldsOf.parse({ ...headers, id: Number(headers.id), event_id: aggregateId })
  const wanted = `${headers.aggregate}.${fields.event}`
  // Ids of another registry, or of one that lost its data, lead to a foreign schema that may read without an error.
  if (type !== undefined && type !== wanted) throw new SyntaxError(`The schema is that of ${type}, not of ${wanted}`)
  const payload = typeof content === 'string' ? parseJson(content) : content
  return { ...fields, payload, json: typeof content === 'string' ? content : JSON.stringify(content) }
}

// Without an id of its own, a record is its place in Kafka.
function placeName({ topic, partition, offset }: KafkaRecord): string {
  return `${partition}@${offset}:${shortHash(topic)}`
}

type KeyText = { readonly text: string; readonly id?: number; readonly cause?: unknown }

// A key that cannot be read still orders its records: its bytes name it, and without bytes the partition does.
function keyText(record: KafkaRecord, decode: Decode): KeyText {
  if (record.key === null) return { text: `partition:${record.partition}`, cause: new SyntaxError('The key is null') }
  try {
    const { event_id: id } = keyOf.parse(decode(record.key).content)
    return { text: String(id), id }
  } catch (cause) {
    return { text: `raw:${shortHash(record.key)}`, cause }
  }
}

function shortHash(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
