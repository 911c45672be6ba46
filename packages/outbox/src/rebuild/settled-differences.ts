import type { Difference, Found, Key } from './compare-tables.ts'

/** Of each kind, at most so many are named. */
export const mostDifferences = 1_000

type Compare = (only?: readonly Key[]) => Promise<readonly Found[]>
type Settled = { readonly differences: readonly Difference[]; readonly unsettled: readonly Key[] }

const rounds = 6

/**
 * Compares until each row that differs has been seen so twice, with the same values: an event that came meanwhile may be in one
 * table only. `catchUp` brings both tables to the present before each look. What changes at every look is unsettled.
 */
export async function settledDifferences(compare: Compare, catchUp: () => Promise<unknown>): Promise<Settled> {
  await catchUp()
  const first = await compare()
  // With so many, a second look at each would take long and tell nothing.
  const many = kinds.flatMap(kind => {
    const same = first.filter(each => each.kind === kind)
    return same.length === mostDifferences ? same : []
  })
  const settled: Difference[] = [...many]
  let suspects = first.filter(each => !many.includes(each))
  for (let round = 2; round <= rounds && suspects.length > 0; round++) {
    await catchUp()
    const before = new Map(suspects.map(each => [nameOf(each.key), each]))
    const now = await compare(suspects.map(({ key }) => key))
    const isSame = (one: Found) => {
      const seen = before.get(nameOf(one.key))
      return seen?.kind === one.kind && seen.digest === one.digest
    }
    settled.push(...now.filter(isSame))
    suspects = now.filter(one => !isSame(one))
  }
  const differences = settled.map(({ kind, key }) => ({ kind, key }))
  return { differences, unsettled: suspects.map(({ key }) => key) }
}

const kinds = ['missing', 'added', 'changed'] as const

const nameOf = (key: Key) =>
  JSON.stringify(key, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
