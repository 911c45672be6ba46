import type { SchemaRegistry as Client } from '@kafkajs/confluent-schema-registry'
import type avsc from 'avsc'
import { OutboxError } from '../errors.ts'
import type { AvroRecord } from './avro-types.ts'
import { subjectOf } from './avro-schema.ts'
import { typeHook } from './long-type.ts'

/** Where the registry is and how long a question to it may take. */
export type SchemaRegistryOptions = {
  /** Of its Confluent-compatible API: `http://127.0.0.1:8081/apis/ccompat/v7` for Apicurio. */
  readonly url: string
  readonly auth?: { readonly username: string; readonly password: string }
  /** 5,000 by default. */
  readonly timeoutMs?: number
}

/** A schema as the registry knows it: its id, and the type that reads and writes by it. */
export type RegisteredSchema = { readonly id: number; readonly type: avsc.Type }

/** What the library needs of a schema registry. What was answered once is remembered. */
export interface SchemaRegistry {
  /**
   * Registers the schema under its full name; one that is there already keeps its id. `SCHEMA_REFUSED` when the earlier
   * versions forbid it, `REGISTRY_UNAVAILABLE`, retryable, for anything that is not an answer.
   */
  readonly register: (schema: AvroRecord) => Promise<RegisteredSchema>
  /** The schema of an id; `SCHEMA_UNKNOWN` when the registry has none. */
  readonly find: (id: number) => Promise<RegisteredSchema>
}

/** A registry with Confluent's REST API, through @kafkajs/confluent-schema-registry. */
export function schemaRegistry({ url, auth, timeoutMs = 5_000 }: SchemaRegistryOptions): SchemaRegistry {
  let loaded: Promise<Client> | undefined
  const client = () => (loaded ??= load())
  // What is thrown is logged, shown and stored, and a password may stand in the URL.
  const shown = url.replace(/\/\/[^/]*@/, '//')

  async function load(): Promise<Client> {
    const { SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry')
    // Without a limit a registry that accepts and never answers would be waited for for ever.
    const limit = () => ({ request: (request: Enhanced) => request.enhance({ timeout: timeoutMs }) })
    return new SchemaRegistry(
      { host: url, ...(auth && { auth }), retry: { retries: 0 }, middlewares: [limit as never] },
      { [SchemaType.AVRO]: { typeHook: typeHook as never } }
    )
  }

  return {
    async register(schema) {
      const subject = subjectOf({ aggregate: schema.namespace ?? '', name: schema.name })
      const registry = await client()
      try {
        const { id } = await registry.register(schema as never, { subject })
        return { id, type: (await registry.getSchema(id)) as unknown as avsc.Type }
      } catch (cause) {
        throw refusedOrAway(cause, { what: `The schema of ${subject}`, url: shown, refusals: [409, 422] })
      }
    },
    async find(id) {
      const registry = await client()
      try {
        return { id, type: (await registry.getSchema(id)) as unknown as avsc.Type }
      } catch (cause) {
        throw refusedOrAway(cause, { what: `Schema ${id}`, url: shown, refusals: [404] })
      }
    }
  }
}

type Enhanced = { enhance(extras: { readonly timeout: number }): Enhanced }
type Asked = { readonly what: string; readonly url: string; readonly refusals: readonly number[] }

// The client reports a registry that cannot be reached as status 400: only the refusals of the API itself are final.
function refusedOrAway(cause: unknown, { what, url, refusals }: Asked): OutboxError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const status = cause instanceof Error && 'status' in cause ? Number(cause.status) : 0
  if (status === 404 && refusals.includes(404))
    return new OutboxError('SCHEMA_UNKNOWN', `${what} is not known to the registry ${url}`, { cause, retryable: false })
  if (refusals.includes(status) || (cause instanceof Error && cause.name.includes('CompatibilityError')))
    return new OutboxError('SCHEMA_REFUSED', `${what} was refused: ${reason}`, { cause, retryable: false })
  return new OutboxError('REGISTRY_UNAVAILABLE', `The schema registry ${url} does not answer: ${reason}`, {
    cause,
    retryable: true
  })
}
