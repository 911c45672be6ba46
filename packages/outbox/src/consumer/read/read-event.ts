import { z } from 'zod'
import type { AggregateId, EventDefinition } from '../../define-event.ts'
import { asError } from '../../errors.ts'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'
import type { IdentifiedRecord, ParkReason, Refusal } from '../../parking/parked-event.ts'
import { type Decoded, jsonDecoding, parseJson, type RecordDecoding } from './decoding.ts'
import { shortHash } from './event-key.ts'
import type { ConsumedEvent, EventHandler } from './handler.ts'
import { aggregateIdSchema, isObject, readKey, type RecordKey, routedAggregate, shortText } from './read-key.ts'

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
  const aggregateId = idAsDefined(definition, event.aggregateId)
  if (aggregateId === undefined)
    return park('PAYLOAD_INVALID', `The aggregate id ${event.aggregateId} is no whole number, as ${event.name} needs`)
  try {
    const payload = z.decode(definition.payload, event.payload)
    return { ...received, handler, event: { ...event, aggregateId, payload } }
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : asError(cause).message
    return park('PAYLOAD_INVALID', message, cause)
  }
}

/** A service in Java writes numbers as text, and a key that is plain text doesn't say what it is. */
function idAsDefined({ aggregateId: kind }: EventDefinition, id: AggregateId): AggregateId | undefined {
  if (kind === 'string') return String(id)
  return Number.isSafeInteger(Number(id)) && String(Number(id)) === String(id) ? Number(id) : undefined
}

const integer = z.number().int()
const fieldsOf = z.object({
  event: z.string().min(1).max(100),
  event_id: aggregateIdSchema,
  created_at: z.iso.datetime({ offset: true })
})
// A connector that doesn't know the column `actor` leaves it in the row.
const valueOf = fieldsOf.extend({ id: integer, payload: z.string(), actor: shortText.catch(null) })
const headersOf = z.object({
  message_id: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  aggregate: shortText,
  aggregate_version: z.coerce.number().int().positive().max(2_147_483_647).nullish(),
  schema_version: z.coerce.number().int().positive().nullish(),
  correlation_id: shortText.catch(null),
  causation_id: shortText.catch(null),
  traceparent: z.string().max(55).nullish().catch(null),
  actor: shortText.catch(null)
})

/** Reads a record that Connect wrote. Never throws: a record that can't be read becomes a refusal. */
export function readEnvelope(record: KafkaRecord, decoding: RecordDecoding = jsonDecoding): Received {
  return readTimed(record, decoding).received
}

/** The same, with the time that the row was written at as it says it: a Date has no microseconds. */
export function readTimed(record: KafkaRecord, { decode }: RecordDecoding): Timed {
  const key = readKey(record, decode)
  const headers = key.routed ? routedHeaders(record) : record.headers
  const messageId = headersOf.shape.message_id.safeParse(headers.message_id)
  const place = { record, key: key.text, messageId: messageId.success ? messageId.data : placeName(record) }
  try {
    if (key.id === undefined) throw key.cause
    const { event, createdAt } = eventOf({ ...record, headers }, key, decode)
    return { received: { ...place, event }, createdAt }
  } catch (cause) {
    return { received: { ...place, refusal: { reason: 'UNREADABLE', error: asError(cause) } } }
  }
}

type Timed = { readonly received: Received; readonly createdAt?: string }

/** The headers as our connectors name them. Services in Java name the event in `eventType` or `type`. */
function routedHeaders(record: KafkaRecord): KafkaRecord['headers'] {
  const { headers } = record
  const event = headers.event ?? headers.eventType ?? headers.type ?? null
  return { ...headers, message_id: headers.id ?? null, event, aggregate: routedAggregate(record) }
}

type Decode = RecordDecoding['decode']
type ReadKey = Extract<RecordKey, { readonly id: AggregateId }>

function eventOf(record: KafkaRecord, key: ReadKey, decode: Decode) {
  if (record.value === null)
    throw new SyntaxError(
      key.routed
        ? 'The value is null: the outbox row has no payload'
        : 'The value is null, as for a deleted row: set skipped.operations=u,d,t in the connector'
    )
  if (record.headers.message_id === undefined)
    throw new SyntaxError(
      "The header message_id is missing: the connector's HeaderFrom transform must list it in fields and headers, and its " +
        `predicate's pattern must match the topic ${record.topic}`
    )
  const value = valueIn(record, key, decode(record.value))
  const headers = headersOf.parse(record.headers)
  if (value.event_id !== key.id)
    throw new SyntaxError(`The key says event_id ${key.id}, the value says ${value.event_id}`)
  const event: ConsumedEvent = {
    id: value.id,
    name: value.event,
    aggregateId: key.id,
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
    actor: headers.actor ?? value.actor ?? undefined,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset
  }
  return { event, createdAt: value.created_at }
}

type Value = z.output<typeof fieldsOf> & {
  readonly id?: number | undefined
  readonly actor?: string | null | undefined
  readonly payload: unknown
  readonly json: string
}

function valueIn(record: KafkaRecord, key: ReadKey, decoded: Decoded): Value {
  const { headers, timestamp } = record
  if (key.routed) {
    if (headers.event === null)
      throw new SyntaxError(
        "No header holds the event's name: set table.fields.additional.placement in the connector's EventRouter, such as " +
          'event:header or type:header:eventType'
      )
    const time = fieldsOf.shape.created_at.safeParse(headers.created_at).data
    const fields = { ...headers, event_id: key.id, created_at: time ?? new Date(timestamp).toISOString() }
    return { ...fieldsOf.parse(fields), ...barePayload(record, decoded) }
  }
  if (typeof headers.event !== 'string') return rowValue(decoded)
  const row = fieldsOf.extend({ id: integer }).parse({ ...headers, id: Number(headers.id), event_id: key.id })
  return { ...row, ...barePayload(record, decoded) }
}

/** The value is the outbox row: five fields, among them the payload as JSON text. */
function rowValue({ content }: Decoded): Value {
  if (isObject(content) && 'op' in content && 'after' in content)
    throw new SyntaxError("The value is Debezium's envelope: the connector needs the transform ExtractNewRecordState")
  const value = valueOf.parse(content)
  return { ...value, payload: parseJson(value.payload), json: value.payload }
}

/** The value is the payload, and the row's other fields are headers. */
function barePayload({ headers }: KafkaRecord, { content, type }: Decoded) {
  const wanted = `${headers.aggregate}.${headers.event}`
  // A schema id of another registry, or of one that lost its data, may find a schema that reads without an error.
  if (type !== undefined && type !== wanted) throw new SyntaxError(`The schema belongs to ${type}, not to ${wanted}`)
  const payload = typeof content === 'string' ? parseJson(content) : content
  return { payload, json: typeof content === 'string' ? content : JSON.stringify(content) }
}

// A record without an id is identified by its place in Kafka, and by what it holds: a topic that was deleted and made
// again has other records at the same places.
function placeName({ topic, partition, offset, timestamp, key, value }: KafkaRecord): string {
  const content = [Buffer.from(`${topic} ${timestamp} ${key?.length} ${value?.length} `), key, value]
  return `${partition}@${offset}:${shortHash(...content.filter(part => part !== null))}`
}
