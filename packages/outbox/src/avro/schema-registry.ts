import type { SchemaRegistry as Client } from '@kafkajs/confluent-schema-registry'
import type avsc from 'avsc'
import { asError, OutboxError } from '../errors.ts'
import { type AvroRecord, subjectOf } from './avro-schema.ts'
import { typeHook } from './long-type.ts'
import { type RegistryAddress, registryAccess } from './registry-access.ts'

/** Where the registry is, who asks it, and how long a request may take. */
export type SchemaRegistryOptions = RegistryAddress & {
  /** 5,000 by default. */
  readonly timeoutMs?: number
}

/** A registered schema: its id, and the avsc type that reads and writes with it. */
export type RegisteredSchema = { readonly id: number; readonly type: avsc.Type }

/** What the library needs of a schema registry. Answers are cached. */
export interface SchemaRegistry {
  /**
   * Registers the schema under its full name; a repeat keeps its id. Rejects with `SCHEMA_REFUSED` if it is incompatible
   * with earlier versions, and with a retryable `REGISTRY_UNAVAILABLE` if the registry doesn't answer.
   */
  readonly register: (schema: AvroRecord) => Promise<RegisteredSchema>
  /** The schema of an id. Rejects with `SCHEMA_UNKNOWN` if the registry has none. */
  readonly find: (id: number) => Promise<RegisteredSchema>
}

/** A registry with Confluent's REST API, through @kafkajs/confluent-schema-registry. */
export function schemaRegistry({ timeoutMs = 5_000, ...address }: SchemaRegistryOptions): SchemaRegistry {
  let loaded: Promise<Client> | undefined
  const client = () => (loaded ??= load())
  const { url, headers, explain } = registryAccess(address)

  async function load(): Promise<Client> {
    const { SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry')
    const bounded = () => ({
      // Without a limit it would wait without end for a registry that accepts a request and never answers.
      request: (request: Enhanced) => request.enhance({ timeout: timeoutMs, headers }),
      // A page of a proxy isn't an answer of the registry.
      response: async (next: () => Promise<Answer>) => {
        const answer = await next()
        if (typeof answer.data() === 'object') return answer
        throw new Error('the answer is not JSON')
      }
    })
    return new SchemaRegistry(
      { host: url, retry: { retries: 0 }, middlewares: [bounded as never] },
      { [SchemaType.AVRO]: { typeHook: typeHook as never } }
    )
  }

  async function ask(asked: Asked, idIn: (registry: Client) => Promise<number>) {
    const registry = await client()
    try {
      const id = await idIn(registry)
      return { id, type: (await registry.getSchema(id)) as unknown as avsc.Type }
    } catch (cause) {
      throw registryError(cause, { ...asked, url, explain })
    }
  }

  return {
    register(schema) {
      const subject = subjectOf({ aggregate: schema.namespace ?? '', name: schema.name })
      const asked = { what: `The schema of ${subject}`, refusals: [409, 422] }
      return ask(asked, async registry => (await registry.register(schema as never, { subject })).id)
    },
    find: id => ask({ what: `Schema ${id}`, refusals: [404] }, async () => id)
  }
}

type Enhanced = { enhance(extras: { readonly timeout: number; readonly headers: object }): Enhanced }
type Answer = { data(): unknown }
type Asked = { readonly what: string; readonly refusals: readonly number[] }
type Access = Pick<ReturnType<typeof registryAccess>, 'url' | 'explain'>

// The client reports an unreachable registry as status 400, so only the API's own refusals are final.
function registryError(cause: unknown, { what, url, refusals, explain }: Asked & Access): OutboxError {
  const reason = asError(cause).message
  const status = cause instanceof Error && 'status' in cause ? Number(cause.status) : 0
  if (status === 404 && refusals.includes(404))
    return new OutboxError('SCHEMA_UNKNOWN', `${what} is unknown to the registry ${url}`, { cause, retryable: false })
  // The registry answered, or wasn't asked, but avsc can't use the schema: it never will.
  if (cause instanceof Error && cause.name.includes('ArgumentError')) {
    const code = refusals.includes(404) ? 'SCHEMA_UNKNOWN' : 'SCHEMA_REFUSED'
    return new OutboxError(code, `${what} is not valid Avro: ${reason}`, { cause, retryable: false })
  }
  if (refusals.includes(status) || (cause instanceof Error && cause.name.includes('CompatibilityError')))
    return new OutboxError('SCHEMA_REFUSED', `${what} was refused: ${reason}`, { cause, retryable: false })
  const message = explain(cause) ?? `The schema registry ${url} does not answer: ${reason}`
  return new OutboxError('REGISTRY_UNAVAILABLE', message, { cause, retryable: true })
}
