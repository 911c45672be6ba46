import { z } from 'zod'

/** The part of JSON Schema that describes payloads. */
export type JsonSchema = {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema | boolean
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly [keyword: string]: unknown
}

// Without ids, because zod writes a schema that has one only once, behind a `$ref` that means nothing elsewhere.
const withoutIds = {
  get(schema: z.ZodType) {
    const { id: _, ...meta } = z.globalRegistry.get(schema) ?? {}
    return meta
  }
} as unknown as typeof z.globalRegistry

/** The payload as it travels; only a schema that contains itself has a `$ref`. Throws for a type that JSON can't hold. */
export function jsonSchemaOf(payload: z.ZodType, target: 'draft-2020-12' | 'draft-07' = 'draft-2020-12'): JsonSchema {
  return z.toJSONSchema(payload, { io: 'input', target, metadata: withoutIds }) as JsonSchema
}
