import { z } from 'zod'
import type { EventDefinition } from '../define-event.ts'
import { OutboxError } from '../errors.ts'

/** After the event `after`, the service `from` must send one of these events within so many milliseconds. */
export type Expectation = {
  readonly after: string
  readonly oneOf: readonly string[]
  readonly from: string
  readonly withinMs: number
}

/** Which service writes each topic, and which event must follow which. */
export type SagaMap = {
  /** The name of the service, by topic. */
  readonly services: Readonly<Record<string, string>>
  readonly expectations: readonly Expectation[]
}

const eventName = z.string().regex(/^[a-z]\w{0,99}$/i, 'must be letters, digits and _, at most 100 characters')
const serviceName = z.string().regex(/^[\w.-]{1,100}$/, 'must be letters, digits, _, . and -, at most 100 characters')
const expectation = z.strictObject({
  after: eventName,
  oneOf: z.array(eventName).min(1),
  from: serviceName,
  withinMs: z.int().positive()
})
const sagaMap = z.strictObject({
  services: z.record(z.string().min(1), serviceName),
  expectations: z.array(expectation).default([])
})

/**
 * Declares what must follow an event: `expectAfter(orderCreated, { oneOf: ['order_approved'], from: 'billing', withinMs: 5_000 })`.
 * Name the direct answer, and every event that counts as one. Throws `DEFINITION_INVALID` for a malformed name or time.
 */
export function expectAfter(definition: EventDefinition, answer: Omit<Expectation, 'after'>): Expectation {
  const { data, error } = expectation.safeParse({ ...answer, after: definition.name })
  if (error === undefined) return Object.freeze(data)
  throw new OutboxError('DEFINITION_INVALID', `What must follow ${definition.name}: ${problemsOf(error)}`)
}

/** Reads the JSON of a saga map. Throws `DEFINITION_INVALID`, naming each field that is wrong. */
export function parseSagaMap(json: string): SagaMap {
  let content: unknown
  try {
    content = JSON.parse(json)
  } catch (cause) {
    throw new OutboxError('DEFINITION_INVALID', 'The saga map is not JSON', { cause })
  }
  const { data, error } = sagaMap.safeParse(content)
  if (error === undefined) return data
  throw new OutboxError('DEFINITION_INVALID', `The saga map is invalid: ${problemsOf(error)}`)
}

function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}
