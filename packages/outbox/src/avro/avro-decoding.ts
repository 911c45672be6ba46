import avsc from 'avsc'
import { jsonDecoding, type RecordDecoding } from '../consumer/read/decoding.ts'
import { isRetryable } from '../errors.ts'
import type { SchemaRegistry } from './schema-registry.ts'

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
      const open = openerOf(type)
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

/** Turns what avsc read into plain data. */
type Opener = (value: unknown) => unknown

/**
 * Plain data as in the writer's JSON. A null in a field whose default is null means that an optional field was left out.
 */
function openerOf(type: avsc.Type, known = new Map<avsc.Type, Opener>()): Opener {
  const made = known.get(type)
  if (made !== undefined) return made
  // Set first, because a type may contain itself.
  known.set(type, value => opener(value))
  const opener = makeOpener(type, part => openerOf(part, known))
  known.set(type, opener)
  return opener
}

type Field = { readonly name: string; readonly open: Opener; readonly mayBeAbsent: boolean }

function makeOpener(type: avsc.Type, of: (part: avsc.Type) => Opener): Opener {
  const { types } = avsc
  if (type instanceof types.RecordType) {
    const fields = type.fields.map(field => ({
      name: field.name,
      open: of(field.type),
      mayBeAbsent: field.defaultValue() === null
    }))
    return value => openRecord(value as Readonly<Record<string, unknown>>, fields)
  }
  if (type instanceof types.ArrayType) {
    const open = of(type.itemsType)
    return value => (value as readonly unknown[]).map(open)
  }
  if (type instanceof types.MapType) {
    const open = of(type.valuesType)
    return value => Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, open(one)]))
  }
  if (type instanceof types.UnwrappedUnionType) {
    const [only, ...others] = type.types.filter(({ typeName }) => typeName !== 'null')
    if (only === undefined || others.length > 0) return value => value
    const open = of(only)
    return value => (value === null ? null : open(value))
  }
  return value => value
}

function openRecord(record: Readonly<Record<string, unknown>>, fields: readonly Field[]): object {
  const opened: Record<string, unknown> = {}
  for (const { name, open, mayBeAbsent } of fields) {
    const value = record[name]
    if (value !== null || !mayBeAbsent) opened[name] = open(value)
  }
  return opened
}
