import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AggregateId } from '../../define-event.ts'
import { asError } from '../../errors.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import type { IdentifiedRecord, ParkReason, Refusal } from '../../parking/parked-event.ts'
import { type Decoded, jsonDecoding, parseJson, type RecordDecoding } from './decoding.ts'
import { eventKey } from './event-key.ts'
import type { ConsumedEvent, EventHandler } from './handler.ts'

/** A record as it was read: an event, or the reason why it isn't one. */
export type Received = IdentifiedRecord & ({ readonly event: ConsumedEvent } | { readonly refusal: Refusal })

/** A record and what to do with it: handle its event, park it, or ignore it. */
export type Item = IdentifiedRecord &
  (
    | { readonly event: ConsumedEvent; readonly handler: EventHandler }
    | { readonly refusal: Refusal }
    | { readonly event: ConsumedEvent; readonly ignored: true }
  )

/** How records become items. */
export type Reading = {
  readonly decoding: RecordDecoding
  /** By topic and event name. */
  readonly handlers: ReadonlyMap<string, ReadonlyMap<string, EventHandler>>
  readonly onUnknown: 'ignore' | 'park'
}

/** Reads a record, finds the handler of its event, and checks the payload by the handler's schema. Never throws. */
export function readEvent({ decoding, handlers, onUnknown }: Reading, record: KafkaRecord): Item {
  const received = readEnvelope(record, decoding)
  if ('refusal' in received) return received
  const { event } = received
  const park = (reason: ParkReason, message: string, cause?: unknown) => {
    const error = new Error(message, cause === undefined ? {} : { cause })
    return { ...received, refusal: { reason, error } }
  }
  const handler = handlers.get(record.topic)?.get(event.name)
  if (handler === undefined) {
    if (onUnknown === 'ignore') return { ...received, ignored: true }
    return park('UNKNOWN_EVENT', `There is no handler for ${event.name}`)
  }
  const { definition } = handler
  if (event.schemaVersion > definition.version)
    return park(
      'FUTURE_VERSION',
      `${event.name} has schema version ${event.schemaVersion}; this consumer knows versions up to ${definition.version}`
    )
  try {
    return { ...received, handler, event: { ...event, payload: z.decode(definition.payload, event.payload) } }
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : asError(cause).message
    return park('PAYLOAD_INVALID', message, cause)
  }
}

const integer = z.number().int()
const aggregateId = z.union([integer, z.string().min(1).max(255)])
const keyOf = z.object({ event_id: aggregateId })
const fieldsOf = z.object({
  id: integer,
  event: z.string().min(1).max(100),
  event_id: aggregateId,
  created_at: z.iso.datetime({ offset: true })
})
const valueOf = fieldsOf.extend({ payload: z.string() })
const shortText = z.string().max(64).nullish()
const headersOf = z.object({
  message_id: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  aggregate: shortText,
  aggregate_version: z.coerce.number().int().positive().max(2_147_483_647).nullish(),
  schema_version: z.coerce.number().int().positive().nullish(),
  correlation_id: shortText.catch(null),
  causation_id: shortText.catch(null),
  traceparent: z.string().max(55).nullish().catch(null)
})

/** Reads a record that Connect wrote. Never throws: a record that can't be read becomes a refusal. */
export function readEnvelope(record: KafkaRecord, { decode }: RecordDecoding = jsonDecoding): Received {
  const key = keyText(record, decode)
  const messageId = headersOf.shape.message_id.safeParse(record.headers.message_id)
  const place = { record, key: key.text, messageId: messageId.success ? messageId.data : placeName(record) }
  try {
    if (key.id === undefined) throw key.cause
    return { ...place, event: eventOf(record, key.id, decode) }
  } catch (cause) {
    return { ...place, refusal: { reason: 'UNREADABLE', error: asError(cause) } }
  }
}

type Decode = RecordDecoding['decode']

function eventOf(record: KafkaRecord, aggregateId: AggregateId, decode: Decode): ConsumedEvent {
  if (record.value === null)
    throw new SyntaxError('The value is null, as for a deleted row: set skipped.operations=u,d,t in the connector')
  if (record.headers.message_id === undefined)
    throw new SyntaxError(
      "The header message_id is missing: the connector's HeaderFrom transform must list it in fields and headers, and its " +
        `predicate's pattern must match the topic ${record.topic}`
    )
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

/** The value is the outbox row: five fields, among them the payload as JSON text. */
function rowValue({ content }: Decoded): Value {
  if (isObject(content) && 'op' in content && 'after' in content)
    throw new SyntaxError("The value is Debezium's envelope: the connector needs the transform ExtractNewRecordState")
  const value = valueOf.parse(content)
  return { ...value, payload: parseJson(value.payload), json: value.payload }
}

/** The value is the payload, and the row's other fields are headers. */
function bareValue({ headers }: KafkaRecord, aggregateId: AggregateId, { content, type }: Decoded): Value {
  const fields = fieldsOf.parse({ ...headers, id: Number(headers.id), event_id: aggregateId })
  const wanted = `${headers.aggregate}.${fields.event}`
  // A schema id of another registry, or of one that lost its data, may find a schema that reads without an error.
  if (type !== undefined && type !== wanted) throw new SyntaxError(`The schema belongs to ${type}, not to ${wanted}`)
  const payload = typeof content === 'string' ? parseJson(content) : content
  return { ...fields, payload, json: typeof content === 'string' ? content : JSON.stringify(content) }
}

// A record without an id is identified by its place in Kafka, and by what it holds: a topic that was deleted and made
// again has other records at the same places.
function placeName({ topic, partition, offset, timestamp, key, value }: KafkaRecord): string {
  const content = [Buffer.from(`${topic} ${timestamp} ${key?.length} ${value?.length} `), key, value]
  return `${partition}@${offset}:${shortHash(...content.filter(part => part !== null))}`
}

type KeyText = { readonly text: string } & (
  | { readonly id: AggregateId }
  | { readonly id?: never; readonly cause: Error }
)

// A key that can't be read still orders its records: by a hash of its bytes, or by the partition if it has none.
function keyText({ key, topic, partition, headers }: KafkaRecord, decode: Decode): KeyText {
  const remedy = `set message.key.columns=${topic.split('.').slice(-2).join('.')}:event_id in the connector`
  const refuse = (text: string, complaint: string, cause?: unknown) => ({
    text,
    cause: new SyntaxError(complaint, { cause })
  })
  if (key === null) return refuse(`partition:${partition}`, `The record has no key: ${remedy}`)
  const hash = `raw:${shortHash(key)}`
  try {
    const { content } = decode(key)
    const id = keyOf.safeParse(content).data?.event_id
    if (id !== undefined) return { text: eventKey(shortText.safeParse(headers.aggregate).data ?? '', id), id }
    const found = isObject(content) ? Object.keys(content).join(', ') : typeof content
    return refuse(
      hash,
      `The key has no event_id that is a whole number or a text of at most 255 characters (it has ${found.slice(0, 100)}): ${remedy}`
    )
  } catch (cause) {
    const complaint = `The key cannot be read (${asError(cause).message}): check key.converter of the connector`
    return refuse(hash, complaint, cause)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function shortHash(...parts: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}
