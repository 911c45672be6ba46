import { jsonText } from '../json-text.ts'
import type { Difference, Key } from './compare-tables.ts'
import type { Rebuilt, View } from './view.ts'
import { mostDifferences } from './settled-differences.ts'

/** What a rebuild has found, for people. */
export function reportOf({ table, key, ignored = [] }: View, rebuilt: Rebuilt): readonly string[] {
  const { differences, examples, rows, shortened, swapped, unsettled } = rebuilt
  const compared = (column: string) => !key.includes(column) && !ignored.includes(column)
  return [
    `${rows} rows rebuilt. ${differences.length === 0 ? `None differs from those of ${table}.` : 'These differ:'}`,
    ...kinds.flatMap(({ kind, means }) => {
      const all = differences.filter(each => each.kind === kind)
      if (all.length === 0) return []
      const shown = examples.filter(each => each.kind === kind)
      const others = all.slice(shown.length).map(each => keyText(each.key))
      return [
        `  ${all.length}${all.length === mostDifferences ? ' or more' : ''} ${means}`,
        ...shown.flatMap(example => [`    ${keyText(example.key)}`, ...columnsOf(example, compared)]),
        ...(others.length === 0
          ? []
          : [`    … and ${others.slice(0, 20).join(', ')}${others.length > 20 ? ', …' : ''}`])
      ]
    }),
    ...(unsettled.length === 0
      ? []
      : [`Not compared, because events kept changing them: ${unsettled.slice(0, 20).map(keyText).join(', ')}`]),
    ...shortened.map(
      topic => `${topic} no longer has its first records: what only those told is not in the rebuilt table.`
    ),
    swapped
      ? `Swapped: ${table} is the rebuilt table now. The one before is ${table}_old until the next swap.`
      : `Nothing was changed. --swap puts a rebuilt table in the place of ${table}.`
  ]
}

const kinds = [
  { kind: 'changed', means: 'in both tables, with other values' },
  { kind: 'missing', means: 'in the live table alone' },
  { kind: 'added', means: 'in the rebuilt table alone' }
] as const satisfies readonly { kind: Difference['kind']; means: string }[]

const keyText = (key: Key) =>
  Object.entries(key)
    .map(([column, value]) => `${column} ${text(value)}`)
    .join(', ')

function columnsOf({ live, rebuilt }: Rebuilt['examples'][number], compared: (column: string) => boolean) {
  const [before, after] = [live, rebuilt].map(row => new Map(Object.entries(row ?? {})))
  const columns = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].filter(compared)
  return columns.flatMap(column => {
    const [was, is] = [before, after].map(row => text(row?.get(column) ?? null))
    if (was === is) return []
    if (live === undefined || rebuilt === undefined) return [`      ${column}: ${live === undefined ? is : was}`]
    return [`      ${column}: ${was} live, ${is} rebuilt`]
  })
}

function text(value: unknown): string {
  const plain = typeof value === 'bigint' ? String(value) : value
  return Buffer.isBuffer(plain) ? `0x${plain.toString('hex')}` : jsonText(plain)
}
