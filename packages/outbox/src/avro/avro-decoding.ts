import avsc from 'avsc'
import { jsonDecoding, type RecordDecoding } from '../consumer/read/decoding.ts'
import { isRetryable } from '../errors.ts'
import type { SchemaRegistry } from './schema-registry.ts'

/**
 * Reads keys and values in Confluent's wire format with the schema that wrote them, and everything else as JSON. So a
 * consumer can read a topic while its writers change from one to the other. While the registry is down, records wait. A
 * schema id that the registry doesn't know makes only its own record unreadable.
 */
export function avroDecoding({ registry }: { readonly registry: SchemaRegistry }): RecordDecoding {
  const types = new Map<number, avsc.Type>()
  const unknown = new Map<number, unknown>()

  async function fetch(id: number): Promise<void> {
    try {
      const { type } = await registry.find(id)
      types.set(id, type)
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
          if (id !== undefined && !types.has(id)) ids.add(id)
        }
      if (ids.size > 0) await Promise.all([...ids].map(fetch))
    },
    decode(bytes) {
      const wire = fromWire(bytes)
      if (wire === undefined) return jsonDecoding.decode(bytes)
      const type = types.get(wire.id)
      if (type === undefined)
        throw unknown.get(wire.id) ?? new SyntaxError(`Schema ${wire.id} was not fetched from the registry`)
      return { type: type.name, content: plain(type, type.fromBuffer(wire.avro)) }
    }
  }
}

// Confluent's wire format: a zero byte, the schema's id in four bytes, then Avro.
const headLength = 5

export function toWire(id: number, avro: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(headLength + avro.length)
  bytes.writeUInt8(0, 0)
  bytes.writeUInt32BE(id, 1)
  avro.copy(bytes, headLength)
  return bytes
}

/** The schema's id and the Avro bytes; undefined for bytes in another format, such as JSON. */
function fromWire(bytes: Buffer): { readonly id: number; readonly avro: Buffer } | undefined {
  if (bytes.length < headLength || bytes[0] !== 0) return undefined
  return { id: bytes.readUInt32BE(1), avro: bytes.subarray(headLength) }
}

/**
 * What avsc read as plain data, as in the writer's JSON. A null in a field whose default is null means that an optional
 * field was left out.
 */
function plain(type: avsc.Type, value: unknown): unknown {
  const { types } = avsc
  if (type instanceof types.RecordType) {
    const record = value as Readonly<Record<string, unknown>>
    const present = type.fields.filter(field => record[field.name] !== null || field.defaultValue() !== null)
    return Object.fromEntries(present.map(field => [field.name, plain(field.type, record[field.name])]))
  }
  if (type instanceof types.ArrayType) return (value as readonly unknown[]).map(item => plain(type.itemsType, item))
  if (type instanceof types.MapType)
    return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, plain(type.valuesType, one)]))
  if (type instanceof types.UnwrappedUnionType && value !== null) {
    const [only, ...others] = type.types.filter(({ typeName }) => typeName !== 'null')
    return only === undefined || others.length > 0 ? value : plain(only, value)
  }
  return value
}
