import { v7 as newMessageId } from 'uuid'
import { z } from 'zod'
import { asError, OutboxError } from './errors.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { traceparentFor, traceparentPattern } from './tracing/open-telemetry.ts'

/** Stands for the id that MySQL makes for the aggregate in the same round trip; see `openOneTripOutbox`. */
export const generatedId: unique symbol = Symbol('generatedId')
/** The type of `generatedId`. */
export type GeneratedId = typeof generatedId

/** What aggregate ids are: integers within ±2^53, or strings of 1 to 255 bytes of UTF-8. */
export type AggregateIdKind = 'integer' | 'string'
/** An aggregate id of this kind. */
export type AggregateId<Kind extends AggregateIdKind = AggregateIdKind> = { integer: number; string: string }[Kind]

/** What may travel beside the payload. Each field becomes a column, and Connect lifts the column into a Kafka header. */
export type MessageContext = {
  /** Groups everything that one request caused; at most 64 characters. */
  readonly correlationId?: string | undefined
  /** The message id of the event that was being handled; at most 64 characters. */
  readonly causationId?: string | undefined
  /**
   * W3C Trace Context. With OpenTelemetry it is the active span by default. An invalid one is left out, as that standard
   * asks: tracing never rejects an event.
   */
  readonly traceparent?: string | undefined
  /**
   * Who caused it, as a gateway knows its callers; at most 64 characters. Only a table with the column `actor` carries it: see
   * `createOutboxTables`. Elsewhere the event goes out without it.
   */
  readonly actor?: string | undefined
}

/** What the caller provides for one event; the definition adds the rest. */
export type EventInput<Payload, Id extends AggregateId | GeneratedId = number> = MessageContext & {
  /**
   * The aggregate's id and the Kafka key: events of one aggregate keep their order. An integer within ±2^53 or, as the
   * definition says, a string of 1 to 255 bytes of UTF-8 without U+0000. Ids that differ in case or blanks are different.
   */
  readonly aggregateId: Id
  /** Counts the aggregate's events: 1, 2, 3 … A consumer can notice a gap. */
  readonly aggregateVersion?: number | undefined
  /** A UUIDv7 by default. The same id twice is the same message, and takes effect once. */
  readonly messageId?: string | undefined
  readonly payload: Payload
}

declare const validated: unique symbol

/** An event that passed its schema. Only a definition makes one, and `appendToOutbox` accepts nothing else. */
export type OutboundEvent<
  Name extends string = string,
  Payload = unknown,
  Id extends AggregateId | GeneratedId = AggregateId
> = MessageContext & {
  readonly [validated]: true
  readonly name: Name
  readonly aggregate: string
  readonly aggregateId: Id
  readonly aggregateVersion?: number | undefined
  readonly schemaVersion: number
  readonly messageId: string
  readonly payload: Payload
  /** The payload as JSON text, as the outbox row stores it. */
  readonly json: string
}

// The type of a method, because parameters of functions are compared strictly: a list of EventDefinition couldn't hold
// the definition of a certain event.
type MakeEvent<Name extends string, Payload, Id extends AggregateId> = {
  make(event: EventInput<Payload, Id>): OutboundEvent<Name, Payload, Id>
  make(event: EventInput<Payload, number extends Id ? GeneratedId : never>): OutboundEvent<Name, Payload, GeneratedId>
}['make']

/** Name, aggregate, schema version and zod schema of one event. Call it to make an event. */
export type EventDefinition<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Kind extends AggregateIdKind = AggregateIdKind
> = MakeEvent<Name, z.output<Schema>, AggregateId<Kind>> & DefinitionInput<Name, Schema, Kind>

type DefinitionInput<Name extends string, Schema extends z.ZodType, Kind extends AggregateIdKind> = {
  /** In the past tense: `order_created`, or `OrderCreated` if another service names it so. At most 100 characters. */
  readonly name: Name
  /** The kind of aggregate: `order`. At most 64 characters. */
  readonly aggregate: string
  /** What ids of the aggregate are; `integer` by default. The table is made for the same: see `createOutboxTables`. */
  readonly aggregateId?: Kind | undefined
  /** Of the payload's schema; from 1. */
  readonly version: number
  /**
   * Checked when an event is written (`z.encode`) and when it is read (`z.decode`), so codecs work too.
   * Types that `z.toJSONSchema` can't describe (a bare Date, Map, bigint) are rejected, because JSON can't hold them.
   */
  readonly payload: Schema
  /** One sentence for the event catalogue. */
  readonly description?: string | undefined
  /** An example for the event catalogue. */
  readonly example?: z.output<Schema> | undefined
}

/**
 * Defines an event once, for its writer and its readers. A call of the definition validates the payload and throws
 * `EVENT_INVALID`, naming event and field, if it is invalid; inside a transaction that error rolls it back.
 */
export function defineEvent<
  const Name extends string,
  Schema extends z.ZodType,
  Kind extends AggregateIdKind = 'integer'
>(input: DefinitionInput<Name, Schema, Kind>): EventDefinition<Name, Schema, Kind> {
  checkDefinition(input)
  const make = (event: AnyInput) => makeEvent(input, event)
  return Object.freeze(Object.defineProperties(make, describe(input)) as unknown as EventDefinition<Name, Schema, Kind>)
}

type AnyDefinition = DefinitionInput<string, z.ZodType, AggregateIdKind>
type AnyInput = EventInput<unknown, AggregateId | GeneratedId>

// Not by assignment, because a function's `name` is configurable but not writable.
function describe(input: object): PropertyDescriptorMap {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, { value, enumerable: true }]))
}

function checkDefinition({ name, aggregate, aggregateId, version, payload }: AnyDefinition): void {
  const reject = (reason: string, cause?: unknown): never => {
    throw new OutboxError('DEFINITION_INVALID', `Event ${name}: ${reason}`, { cause })
  }
  if (!/^[a-z]\w{0,99}$/i.test(name)) reject('the name must be letters, digits and _, at most 100 characters')
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(aggregate)) reject('the aggregate must be snake_case, at most 64 characters')
  if (aggregateId !== undefined && !Object.hasOwn(idSchemas, aggregateId))
    reject('aggregateId must be integer or string')
  if (!Number.isInteger(version) || version < 1 || version > 32_767) reject('the version must be 1 to 32767')
  try {
    jsonSchemaOf(payload)
  } catch (cause) {
    reject(`the payload can't be written as JSON: ${asError(cause).message}`, cause)
  }
}

const mostIdBytes = 255
const isStringId = (id: string) =>
  id.length > 0 && id.isWellFormed() && !id.includes('\0') && Buffer.byteLength(id) <= mostIdBytes

const idSchemas = {
  integer: z.custom<number | GeneratedId>(
    id => id === generatedId || Number.isSafeInteger(id),
    'must be an integer within ±2^53'
  ),
  string: z
    .string('must be a string, as the definition says')
    .refine(isStringId, `must be 1 to ${mostIdBytes} bytes of UTF-8 without U+0000`)
}
// MySQL can't store half a character.
const shortText = z
  .string()
  .min(1)
  .max(64)
  .refine(text => text.isWellFormed(), 'must be well-formed Unicode')
  .optional()
const columns = z.object({
  aggregateVersion: z.int().positive().max(2_147_483_647).optional(),
  messageId: z.guid().optional(),
  correlationId: shortText,
  causationId: shortText,
  traceparent: z.stringFormat('traceparent', traceparentPattern).optional().catch(undefined),
  actor: shortText
})
const columnsOf = {
  integer: columns.extend({ aggregateId: idSchemas.integer }),
  string: columns.extend({ aggregateId: idSchemas.string })
}

function makeEvent(definition: AnyDefinition, event: AnyInput) {
  const { name, aggregate, aggregateId = 'integer', version, payload: schema } = definition
  const header = validate(name, () => columnsOf[aggregateId].parse(event))
  const json = JSON.stringify(validate(name, () => z.encode(schema, event.payload), ['payload']))
  if (json === undefined) throw new OutboxError('EVENT_INVALID', `Event ${name} is invalid: payload: missing`)
  return Object.freeze({
    ...header,
    name,
    aggregate,
    schemaVersion: version,
    messageId: header.messageId ?? newMessageId(),
    traceparent: traceparentFor(header.traceparent),
    payload: event.payload,
    json
  })
}

function validate<T>(name: string, check: () => T, under: readonly string[] = []): T {
  try {
    return check()
  } catch (cause) {
    if (!(cause instanceof z.ZodError))
      // zod throws this for a schema with a one-way transform.
      throw new OutboxError('EVENT_INVALID', `Event ${name} cannot be written: ${asError(cause).message}`, { cause })
    const problems = cause.issues.map(({ path, message }) => `${[...under, ...path].join('.')}: ${message}`)
    throw new OutboxError('EVENT_INVALID', `Event ${name} is invalid: ${problems.join('; ')}`, { cause })
  }
}
