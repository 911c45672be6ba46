import avsc from 'avsc'
import type { EventDefinition } from '../define-event.ts'
import { asError, OutboxError } from '../errors.ts'
import { type JsonSchema, jsonSchemaOf } from '../json-schema.ts'
import { typeHook } from './long-type.ts'

type Primitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes'
/** An Avro schema as JSON: the part of the language that event payloads use. */
export type AvroType =
  | Primitive
  | AvroRecord
  | { readonly type: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | readonly AvroType[]

/** One field of a record; without a default, every reader needs a value for it. */
export type AvroField = { readonly name: string; readonly type: AvroType; readonly default?: unknown }
/** Every payload is one: `namespace` is the aggregate and `name` the event, so the full name is also the subject. */
export type AvroRecord = {
  readonly type: 'record'
  readonly name: string
  readonly namespace?: string
  readonly fields: readonly AvroField[]
}

/** Where a type is, for its name and for errors; `named` holds which field took which name. */
type Place = { readonly path: readonly string[]; readonly event: string; readonly named: Map<string, string> }

const schemas = new WeakMap<EventDefinition, AvroRecord>()

/**
 * The Avro schema of an event's payload, made from its zod schema. The same definition always gives the same schema. Use
 * `.meta({ avro: … })` to set the type of a part by hand. Throws `DEFINITION_INVALID`, naming event and field, for a type
 * that Avro can't hold.
 */
export function avroSchema(definition: EventDefinition): AvroRecord {
  const known = schemas.get(definition)
  if (known !== undefined) return known
  const { name, aggregate, payload } = definition
  const place = { path: [], event: name, named: new Map<string, string>() }
  const record = typeOf(jsonSchemaOf(payload), place)
  if (typeof record === 'string' || isUnion(record) || record.type !== 'record')
    return reject(place, 'has no named fields: a payload must be an object')
  const schema = { ...record, name, namespace: aggregate }
  try {
    avsc.Type.forSchema(schema as avsc.Schema, { typeHook: typeHook as never })
  } catch (cause) {
    return reject(place, `has a type that Avro doesn't accept: ${asError(cause).message}`)
  }
  schemas.set(definition, schema)
  return schema
}

/** The full name of an event's record, which is its subject in the registry. */
export function subjectOf({ aggregate, name }: { readonly aggregate: string; readonly name: string }): string {
  return `${aggregate}.${name}`
}

// Array.isArray doesn't know read-only arrays.
const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type)

function typeOf(schema: JsonSchema, place: Place): AvroType {
  if (schema['avro'] !== undefined) return schema['avro'] as AvroType
  if (schema.enum !== undefined || schema.const !== undefined) return enumOf(schema, place)
  if (schema.anyOf !== undefined) return unionOf(schema.anyOf, place)
  if (typeof schema.type === 'object')
    return unionOf(
      schema.type.map(type => ({ ...schema, type })),
      place
    )
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type
    // Always long, so that a changed bound doesn't change the type. Avro writes small numbers in few bytes anyway.
    case 'integer':
      return 'long'
    case 'number':
      return 'double'
    case 'array':
      return arrayOf(schema, place)
    case 'object':
      return schema.properties === undefined ? mapOf(schema, place) : recordOf(schema, place)
    case undefined:
    default:
      return reject(place, `${describe(schema)} has no type in Avro: set one with .meta({ avro: … }), or use text`)
  }
}

function recordOf({ properties = {}, required = [], additionalProperties }: JsonSchema, place: Place): AvroType {
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    return reject(place, 'has both named fields and others: Avro holds a record or a map')
  const fields = Object.entries(properties).map(([name, schema]) => {
    const inside = { ...place, path: [...place.path, name] }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      reject(inside, 'is not a valid name in Avro: use only letters, digits and _')
    const type = typeOf(schema, inside)
    return { name, type, ...(required.includes(name) ? {} : optional(type, schema.default, inside)) }
  })
  return { type: 'record', name: nameOf(place), fields }
}

/** Type and default of an optional field: null, unless it has a default of its own. */
function optional(type: AvroType, preset: unknown, place: Place): Omit<AvroField, 'name'> {
  if (preset === undefined || preset === null) {
    const members = isUnion(type) ? type.filter(member => member !== 'null') : [type]
    return { type: ['null', ...members], default: null }
  }
  if (isUnion(type)) return reject(place, 'may be null but has another default: Avro allows only one of them')
  return { type, default: preset }
}

function arrayOf({ items, prefixItems }: JsonSchema, place: Place): AvroType {
  if (typeof items !== 'object' || prefixItems !== undefined)
    return reject(place, 'is a tuple: Avro has arrays of one type; make it an object')
  return { type: 'array', items: typeOf(items, { ...place, path: [...place.path, 'item'] }) }
}

function mapOf({ additionalProperties }: JsonSchema, place: Place): AvroType {
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0)
    return reject(place, 'does not define the type of its values')
  return { type: 'map', values: typeOf(additionalProperties, { ...place, path: [...place.path, 'value'] }) }
}

function enumOf({ enum: values, const: only }: JsonSchema, place: Place): AvroType {
  const symbols = values ?? [only]
  if (!symbols.every(symbol => typeof symbol === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(symbol)))
    return reject(place, `${JSON.stringify(symbols)} are not valid symbols in Avro: use words of letters, digits and _`)
  return { type: 'enum', name: nameOf(place), symbols: symbols as readonly string[] }
}

function unionOf(members: readonly JsonSchema[], place: Place): AvroType {
  const [only, ...others] = members.filter(({ type }) => type !== 'null')
  if (only === undefined || others.length > 0)
    return reject(place, 'is a union: one field may hold one type or null; make several fields or events of it')
  const type = typeOf(only, place)
  return members.length === 1 ? type : ['null', type]
}

/** Avro needs a name for each record and enum. It must be the same at every call. */
function nameOf(place: Place): string {
  const name = [place.event, ...place.path].join('_')
  const other = place.named.get(name)
  if (other !== undefined)
    reject(
      place,
      `would get the name of the field ${other}, ${name}: rename one, or set its type with .meta({ avro: … })`
    )
  place.named.set(name, place.path.join('.'))
  return name
}

function describe({ type, $ref, oneOf, allOf }: JsonSchema): string {
  if ($ref !== undefined) return 'is a schema that contains itself, which'
  if (oneOf !== undefined) return 'is a union, which'
  if (allOf !== undefined) return 'is an intersection, which'
  return type === undefined ? 'may be anything, which' : `is ${String(type)}, which`
}

function reject({ path, event }: Place, reason: string): never {
  const field = path.length === 0 ? 'the payload' : `the field ${path.join('.')}`
  throw new OutboxError('DEFINITION_INVALID', `Event ${event} cannot be written as Avro: ${field} ${reason}`)
}
