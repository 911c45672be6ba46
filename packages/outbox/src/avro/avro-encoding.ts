import type { EventDefinition } from '../define-event.ts'
import type { PayloadEncoding } from '../stores/payload.ts'
import { OutboxError } from '../errors.ts'
import { toWire } from './avro-decoding.ts'
import { avroSchema, subjectOf } from './avro-schema.ts'
import type { RegisteredSchema, SchemaRegistry } from './schema-registry.ts'

/** Which events are written as Avro, and the registry that gives ids to their schemas. */
export type AvroEncodingOptions = {
  readonly registry: SchemaRegistry
  /** Every event that this service publishes. */
  readonly events: readonly EventDefinition[]
}

/** For `createOutbox({ encoding })`. Writing an event doesn't call the registry. */
export type AvroEncoding = PayloadEncoding & {
  /**
   * Registers the schemas of all events; a repeat after success does nothing. Rejects with `SCHEMA_REFUSED` if a schema is
   * incompatible with the registered ones, and with a retryable `REGISTRY_UNAVAILABLE`. Until it has resolved, an append
   * fails with a retryable `SCHEMA_UNREGISTERED`: call it when the service starts.
   */
  readonly register: () => Promise<void>
}

/**
 * Payloads as Avro in Confluent's wire format, with schemas made from the definitions. Throws `DEFINITION_INVALID` for an
 * event that is defined twice, or that Avro can't hold.
 */
export function avroEncoding({ registry, events }: AvroEncodingOptions): AvroEncoding {
  const definitions = new Map(events.map(definition => [subjectOf(definition), definition]))
  if (definitions.size < events.length)
    throw new OutboxError('DEFINITION_INVALID', 'An event is defined twice: it can have only one schema')
  events.forEach(avroSchema)
  const registered = new Map<string, RegisteredSchema>()
  return {
    column: 'bytes',
    async register() {
      for (const [subject, definition] of definitions)
        if (!registered.has(subject)) registered.set(subject, await registry.register(avroSchema(definition)))
    },
    encode(event) {
      const subject = subjectOf(event)
      const schema = registered.get(subject)
      if (schema !== undefined) return toWire(schema.id, write(event, schema))
      if (definitions.has(subject)) throw unregistered(`The schema of ${subject} is not registered yet`, true)
      throw unregistered(`${subject} is not among the events of this encoding`, false)
    }
  }
}

const unregistered = (message: string, retryable: boolean) =>
  new OutboxError('SCHEMA_UNREGISTERED', message, { retryable })

function write({ name, json }: { readonly name: string; readonly json: string }, { type }: RegisteredSchema): Buffer {
  const payload: unknown = JSON.parse(json)
  try {
    return type.toBuffer(payload)
  } catch (cause) {
    const problems: string[] = []
    type.isValid(payload, {
      errorHook: (path, value, wanted) =>
        problems.push(`${['payload', ...path].join('.')}: ${JSON.stringify(value)} is not of type ${wanted.typeName}`)
    })
    const message = `Event ${name} is invalid: ${problems.join('; ')}`
    throw new OutboxError('EVENT_INVALID', message, { cause, retryable: false })
  }
}
