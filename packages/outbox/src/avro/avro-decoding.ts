import { jsonDecoding, type RecordDecoding } from '../consumer/read/decoding.ts'
import { isRetryable } from '../errors.ts'
import { type Opener, openerOf } from './open-value.ts'
import type { SchemaRegistry } from './schema-registry.ts'
import { fromWire } from './wire-format.ts'

type Reader = { readonly type: string | undefined; readonly read: (avro: Buffer) => unknown }

/**
 * Reads keys and values in Confluent's wire format with the schema that wrote them, and everything else as JSON. So a
 * consumer can read a topic while its writers change from one to the other. While the registry is down, records wait. A
 * schema id that the registry doesn't know makes only its own record unreadable.
 */
export function avroDecoding({ registry }: { readonly registry: SchemaRegistry }): RecordDecoding {
  const readers = new Map<number, Reader>()
  const unknown = new Map<number, unknown>()

  async function fetch(id: number): Promise<void> {
    try {
      const { type } = await registry.find(id)
      const open: Opener = openerOf(type)
      readers.set(id, { type: type.name, read: avro => open(type.fromBuffer(avro)) })
      unknown.delete(id)
    } catch (error) {
      if (isRetryable(error)) throw error
      unknown.set(id, error)
    }
  }

  return {
    async prepare(records) {
      const ids = new Set<number>()
      for (const { key, value } of records)
        for (const bytes of [key, value]) {
          const id = bytes === null ? undefined : fromWire(bytes)?.id
          if (id !== undefined && !readers.has(id)) ids.add(id)
        }
      if (ids.size > 0) await Promise.all([...ids].map(fetch))
    },
    decode(bytes) {
      const wire = fromWire(bytes)
      if (wire === undefined) return jsonDecoding.decode(bytes)
      const reader = readers.get(wire.id)
      if (reader === undefined)
        throw unknown.get(wire.id) ?? new SyntaxError(`Schema ${wire.id} was not fetched from the registry`)
      return { type: reader.type, content: reader.read(wire.avro) }
    }
  }
}
