import avsc from 'avsc'
import type { RegisteredSchema, SchemaRegistry } from '../src/avro/index.ts'
import { typeHook } from '../src/avro/long-type.ts'
import { OutboxError } from '../src/index.ts'

/** A registry without rules, that may be away. */
export function createMemoryRegistry(): SchemaRegistry & { away: boolean; readonly asked: number[] } {
  const schemas: RegisteredSchema[] = []
  const registry = {
    away: false,
    asked: [] as number[],
    async register(schema: object) {
      if (registry.away) throw new OutboxError('REGISTRY_UNAVAILABLE', 'away', { retryable: true })
      const type = avsc.Type.forSchema(schema as never, { typeHook: typeHook as never })
      const known = schemas.find(other => JSON.stringify(other.type.schema()) === JSON.stringify(type.schema()))
      if (known !== undefined) return known
      const made = { id: schemas.length + 1, type }
      schemas.push(made)
      return made
    },
    async find(id: number) {
      registry.asked.push(id)
      if (registry.away) throw new OutboxError('REGISTRY_UNAVAILABLE', 'away', { retryable: true })
      const found = schemas[id - 1]
      if (found === undefined) throw new OutboxError('SCHEMA_UNKNOWN', `Schema ${id} is not known`)
      return found
    }
  }
  return registry
}
