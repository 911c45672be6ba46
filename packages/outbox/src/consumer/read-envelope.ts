import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { ConsumedEvent } from './consumed-event.ts'
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
const valueOf = z.object({
  id: integer,
  event: z.string().min(1).max(100),
  event_id: integer,
  payload: z.string(),
  created_at: z.iso.datetime({ offset: true })
})
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
export function readEnvelope(record: KafkaRecord): Received {
  const key = keyText(record)
  const fallbackId = `${record.partition}@${record.offset}:${shortHash(record.topic)}`
  const messageId = headersOf.shape.message_id.safeParse(record.headers.message_id)
  const place = { record, key: key.text, messageId: messageId.success ? messageId.data : fallbackId }
  try {
    if ((record.value?.length ?? 0) > largestValue) {
      const error = new RangeError(`The value has ${record.value?.length} bytes, over ${largestValue}`)
      return { ...place, refusal: { reason: 'TOO_LARGE', error } }
    }
    if (key.id === undefined) throw new SyntaxError('The key holds no aggregate id', { cause: key.cause })
    return { ...place, event: eventOf(record, key.id) }
  } catch (cause) {
    return { ...place, refusal: { reason: 'UNREADABLE', error: asError(cause) } }
  }
}

function eventOf(record: KafkaRecord, aggregateId: number): ConsumedEvent {
  if (record.value === null) throw new SyntaxError('The value is null')
  const value = valueOf.parse(withoutSchema(parseJson(record.value.toString('utf8'))))
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
    payload: parseJson(value.payload),
    json: value.payload,
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

type KeyText = { readonly text: string; readonly id?: number; readonly cause?: unknown }

// A key that cannot be read still orders its records: its bytes name it, and without bytes the partition does.
function keyText(record: KafkaRecord): KeyText {
  if (record.key === null) return { text: `partition:${record.partition}`, cause: new SyntaxError('The key is null') }
  try {
    const { event_id: id } = keyOf.parse(withoutSchema(parseJson(record.key.toString('utf8'))))
    return { text: String(id), id }
  } catch (cause) {
    return { text: `raw:${shortHash(record.key)}`, cause }
  }
}

function withoutSchema(json: unknown): unknown {
  const wrapped = typeof json === 'object' && json !== null && 'schema' in json && 'payload' in json
  return wrapped ? json.payload : json
}

function shortHash(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
