import { type AvroField, type AvroRecord, type AvroType, isUnion } from '@outbox-cdc/outbox/avro'
import { sayType } from './readable.ts'

/** What became of the fields of a payload, in lines: `+ note: null or string, by default null`. */
export function difference(was: AvroRecord, is: AvroRecord, path: readonly string[] = []): readonly string[] {
  const before = new Map(was.fields.map(field => [field.name, field]))
  const after = new Map(is.fields.map(field => [field.name, field]))
  const gone = was.fields.filter(({ name }) => !after.has(name))
  const say = (field: AvroField) => `${[...path, field.name].join('.')}: ${sayField(field)}`
  const kept = is.fields.flatMap(field => {
    const old = before.get(field.name)
    if (old === undefined) return [`+ ${say(field)}`]
    if (JSON.stringify(old) === JSON.stringify(field)) return []
    if (sayField(old) !== sayField(field)) return [`~ ${say(old)} → ${sayField(field)}`]
    return difference(recordIn(old.type), recordIn(field.type), [...path, field.name])
  })
  return [...kept, ...gone.map(field => `- ${say(field)}`)]
}

function sayField({ type, ...rest }: AvroField): string {
  return 'default' in rest ? `${sayType(type)}, by default ${JSON.stringify(rest.default)}` : sayType(type)
}

/** The record that a type is or holds; an empty one where there is none. */
function recordIn(type: AvroType): AvroRecord {
  if (isUnion(type)) return type.map(recordIn).find(({ fields }) => fields.length > 0) ?? nothing
  if (typeof type === 'string' || type.type === 'enum') return nothing
  if (type.type === 'record') return type
  return recordIn(type.type === 'array' ? type.items : type.values)
}

const nothing: AvroRecord = { type: 'record', name: 'nothing', fields: [] }
