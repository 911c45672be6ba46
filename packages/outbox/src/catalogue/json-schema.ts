import { z } from 'zod'
import type { EventDefinition } from '../define-event.ts'

export type JsonSchema = {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly [keyword: string]: unknown
}

/** The payload as it travels, in draft-07, which AsyncAPI builds upon. */
export function payloadSchema(definition: EventDefinition): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(definition.payload, { io: 'input', target: 'draft-07' })
  return schema as JsonSchema
}
