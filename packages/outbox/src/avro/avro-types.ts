/** An Avro schema as JSON: the part of the language that event payloads use. */
export type AvroType = AvroPrimitive | AvroRecord | AvroEnum | AvroArray | AvroMap | AvroUnion

export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes'
export type AvroUnion = readonly AvroType[]
export type AvroArray = { readonly type: 'array'; readonly items: AvroType }
export type AvroMap = { readonly type: 'map'; readonly values: AvroType }
/** A closed list of words. */
export type AvroEnum = { readonly type: 'enum'; readonly name: string; readonly symbols: readonly string[] }
/** One field of a record; without a default, every reader needs a value for it. */
export type AvroField = { readonly name: string; readonly type: AvroType; readonly default?: unknown }
/** Every payload is one: `namespace` is the aggregate and `name` the event, so the full name is also the subject. */
export type AvroRecord = {
  readonly type: 'record'
  readonly name: string
  readonly namespace?: string
  readonly fields: readonly AvroField[]
}

/** Whether the type is a list of alternatives. */
export function isUnion(type: AvroType): type is AvroUnion {
  return Array.isArray(type)
}

/** `record`, `array`, `long` …: what sort of type it is. */
export function kindOf(type: AvroType): string {
  if (isUnion(type)) return 'union'
  return typeof type === 'string' ? type : type.type
}
