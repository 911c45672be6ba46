import avsc from 'avsc'

/** Turns what avsc read into plain data. */
export type Opener = (value: unknown) => unknown

/**
 * Plain data as in the writer's JSON. A null in a field whose default is null means that an optional field was left out.
 */
export function openerOf(type: avsc.Type, known = new Map<avsc.Type, Opener>()): Opener {
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
