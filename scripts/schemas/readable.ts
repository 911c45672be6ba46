import { type AvroEnum, type AvroRecord, type AvroType, isUnion, kindOf } from '@outbox-cdc/outbox/avro'

/** Why something cannot be read: the field, and the rule that it breaks. */
export type Problem = { readonly field: string; readonly rule: string }

export type ReadOptions = {
  /** Also what names are called and that words are no symbols: a registry minds, our consumers do not. */
  readonly strict: boolean
}

type Pair = { readonly reader: AvroType; readonly writer: AvroType; readonly path: readonly string[] }

const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string']
}

/** Whatever keeps a reader by one schema from reading what was written by another, by Avro's rules; empty if nothing does. */
export function unreadable(reader: AvroType, writer: AvroType, { strict }: ReadOptions): readonly Problem[] {
  return compare({ reader, writer, path: [] }, strict)
}

function compare(pair: Pair, strict: boolean): readonly Problem[] {
  const { reader, writer, path } = pair
  if (isUnion(writer)) return unique(writer.flatMap(member => compare({ ...pair, writer: member }, strict)))
  if (isUnion(reader)) {
    const tried = reader.map(member => compare({ ...pair, reader: member }, strict))
    if (tried.some(problems => problems.length === 0)) return []
    // Of the same kind as the writer's, it says more than that none fits.
    return tried[reader.findIndex(member => kindOf(member) === kindOf(writer))] ?? [mismatch(pair)]
  }
  if (typeof reader === 'string' || typeof writer === 'string') {
    const [read, written] = [kindOf(reader), kindOf(writer)]
    const promoted =
      promotions[written]?.includes(read) === true || (!strict && written === 'enum' && read === 'string')
    return read === written || promoted ? [] : [mismatch(pair)]
  }
  if (strict && 'name' in reader && 'name' in writer && reader.name !== writer.name)
    return [{ field: nameOf(path), rule: `its type was named ${writer.name} and is named ${reader.name}` }]
  if (reader.type === 'record' && writer.type === 'record') return compareRecords(reader, writer, { path, strict })
  if (reader.type === 'enum' && writer.type === 'enum') return compareSymbols(reader, writer, path)
  if (reader.type === 'array' && writer.type === 'array')
    return compare({ reader: reader.items, writer: writer.items, path: [...path, 'item'] }, strict)
  if (reader.type === 'map' && writer.type === 'map')
    return compare({ reader: reader.values, writer: writer.values, path: [...path, 'value'] }, strict)
  return [mismatch(pair)]
}

type Inside = { readonly path: readonly string[]; readonly strict: boolean }

function compareRecords(reader: AvroRecord, writer: AvroRecord, { path, strict }: Inside): readonly Problem[] {
  const written = new Map(writer.fields.map(field => [field.name, field]))
  return reader.fields.flatMap(({ name, type, ...rest }) => {
    const field = written.get(name)
    const here = [...path, name]
    if (field !== undefined) return compare({ reader: type, writer: field.type, path: here }, strict)
    return 'default' in rest ? [] : [{ field: nameOf(here), rule: 'is read without a default, and was not written' }]
  })
}

function compareSymbols(reader: AvroEnum, writer: AvroEnum, path: readonly string[]): readonly Problem[] {
  const lost = writer.symbols.filter(symbol => !reader.symbols.includes(symbol))
  return lost.length === 0
    ? []
    : [{ field: nameOf(path), rule: `${lost.join(', ')} may have been written, and is not read` }]
}

function mismatch({ reader, writer, path }: Pair): Problem {
  return { field: nameOf(path), rule: `was written as ${sayType(writer)} and is read as ${sayType(reader)}` }
}

/** A type in few words: `string`, `null or long`, `array of string`. */
export function sayType(type: AvroType): string {
  if (isUnion(type)) return type.map(sayType).join(' or ')
  if (typeof type === 'string') return type
  if (type.type === 'array') return `array of ${sayType(type.items)}`
  if (type.type === 'map') return `map of ${sayType(type.values)}`
  return type.type === 'enum' ? `one of ${type.symbols.join(', ')}` : `record ${type.name}`
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(problem => [`${problem.field} ${problem.rule}`, problem])).values()]
}

const nameOf = (path: readonly string[]) => (path.length === 0 ? 'the payload' : path.join('.'))
