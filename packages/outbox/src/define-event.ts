import { v7 as newMessageId } from 'uuid'
import { z } from 'zod'
import { OutboxError } from './errors.ts'
import type { MessageContext } from './tracing/message-context.ts'
import { traceparentFor, traceparentPattern } from './tracing/open-telemetry.ts'

/** Stands for the id that MySQL generates for the aggregate in the same round trip; see `openOneTripOutbox`. */
export const generatedId: unique symbol = Symbol('generatedId')
/** The type of `generatedId`. */
export type GeneratedId = typeof generatedId

/** What a caller says of one event; the definition adds the rest. */
export type EventInput<Payload, Id extends number | GeneratedId = number> = MessageContext & {
  /** The id of the aggregate: the Kafka key, so the unit of order. An integer within ±2^53. */
  readonly aggregateId: Id
  /** Counts the aggregate's events 1, 2, 3 …; a consumer notices a gap. */
  readonly aggregateVersion?: number | undefined
  /** A UUIDv7 by default. The same id twice is the same message: it takes effect once. */
  readonly messageId?: string | undefined
  readonly payload: Payload
}

declare const validated: unique symbol

/** An event that passed its schema. Only a definition makes one; `appendToOutbox` takes nothing else. */
export type OutboundEvent<
  Name extends string = string,
  Payload = unknown,
  Id extends number | GeneratedId = number
> = MessageContext & {
  readonly [validated]: true
  readonly name: Name
  readonly aggregate: string
  readonly aggregateId: Id
  readonly aggregateVersion?: number | undefined
  readonly schemaVersion: number
  readonly messageId: string
  readonly payload: Payload
  /** The payload as JSON text: what the outbox row holds. */
  readonly json: string
}

/** Name, aggregate, schema version and zod schema of one event, said once; call it to make an event. */
export type EventDefinition<Name extends string = string, Schema extends z.ZodType = z.ZodType> = {
  (event: EventInput<z.output<Schema>>): OutboundEvent<Name, z.output<Schema>>
  (event: EventInput<z.output<Schema>, GeneratedId>): OutboundEvent<Name, z.output<Schema>, GeneratedId>
  readonly name: Name
  readonly aggregate: string
  readonly version: number
  readonly payload: Schema
  readonly description?: string | undefined
  readonly example?: z.output<Schema> | undefined
}

type DefinitionInput<Name extends string, Schema extends z.ZodType> = {
  /** snake_case and in the past tense: `order_created`. At most 100 characters. */
  readonly name: Name
  /** What the aggregate id counts: `order`. At most 64 characters. */
  readonly aggregate: string
  /** Of the payload's schema; from 1. */
  readonly version: number
  /**
   * Checked on writing (`z.encode`) and on reading (`z.decode`), so a codec may stand where JSON has no type of its own.
   * What `z.toJSONSchema` cannot describe (a bare Date, Map, bigint) is refused here, since it could not travel.
   */
  readonly payload: Schema
  /** One sentence for the event catalogue. */
  readonly description?: string | undefined
  /** An example for the event catalogue. */
  readonly example?: z.output<Schema> | undefined
}

/**
 * Defines an event once, for its writer and its readers. Calling the definition validates the payload and throws
 * `EVENT_INVALID`, naming event and field, when it does not fit: inside a transaction that rolls the transaction back.
 */
export function defineEvent<const Name extends string, Schema extends z.ZodType>(
  input: DefinitionInput<Name, Schema>
): EventDefinition<Name, Schema> {
  refuseUnfit(input)
  const make = (event: EventInput<unknown, number | GeneratedId>) => makeEvent(input, event)
  return Object.freeze(Object.defineProperties(make, describe(input)) as unknown as EventDefinition<Name, Schema>)
}

// A function's own `name` is not writable, only configurable: that is why this does not simply assign.
function describe(input: object): PropertyDescriptorMap {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, { value, enumerable: true }]))
}

function refuseUnfit({ name, aggregate, version, payload }: DefinitionInput<string, z.ZodType>): void {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new OutboxError('DEFINITION_INVALID', `Event ${name}: ${reason}`, { cause })
  }
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(name)) refuse('the name must be snake_case, at most 100 characters')
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(aggregate)) refuse('the aggregate must be snake_case, at most 64 characters')
  if (!Number.isInteger(version) || version < 1 || version > 32_767) refuse('the version must be 1 to 32767')
  try {
    z.toJSONSchema(payload, { io: 'input' })
  } catch (cause) {
    refuse(`the payload cannot travel as JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
}

const isAggregateId = (id: unknown) => id === generatedId || Number.isSafeInteger(id)
const shortText = z.string().min(1).max(64).optional()
const columns = z.object({
  aggregateId: z.custom<number | GeneratedId>(isAggregateId, 'must be an integer within ±2^53'),
  aggregateVersion: z.int().positive().max(2_147_483_647).optional(),
  messageId: z.guid().optional(),
  correlationId: shortText,
  causationId: shortText,
  traceparent: z.stringFormat('traceparent', traceparentPattern).optional().catch(undefined)
})

function makeEvent(definition: DefinitionInput<string, z.ZodType>, event: EventInput<unknown, number | GeneratedId>) {
  const { name, aggregate, version, payload: schema } = definition
  const header = validate(name, () => columns.safeParse(event))
  const json = JSON.stringify(validate(name, () => z.safeEncode(schema, event.payload), 'payload'))
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

function validate<T>(name: string, check: () => z.ZodSafeParseResult<T>, under?: string): T {
  let result: z.ZodSafeParseResult<T>
  try {
    result = check()
  } catch (cause) {
    // zod throws, instead of answering, for a schema with a one-way transform.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OutboxError('EVENT_INVALID', `Event ${name} cannot be written: ${reason}`, { cause })
  }
  if (result.success) return result.data
  const problems = result.error.issues.map(issue => {
    const path = under === undefined ? issue.path : [under, ...issue.path]
    return `${path.join('.')}: ${issue.message}`
  })
  throw new OutboxError('EVENT_INVALID', `Event ${name} is invalid: ${problems.join('; ')}`, { cause: result.error })
}
