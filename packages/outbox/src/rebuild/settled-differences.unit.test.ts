import { expect, it } from 'vitest'
import type { Found, Key } from './compare-tables.ts'
import { mostDifferences, settledDifferences } from './settled-differences.ts'

const found = (kind: Found['kind'], id: number, digest = ''): Found => ({ kind, key: { id }, digest })

/** Compares tables that differ so at each look. */
function compareAs(looks: (look: number) => readonly Found[]) {
  let look = 0
  return async (only?: readonly Key[]) => {
    const all = looks(++look)
    return only === undefined ? all : all.filter(({ key }) => only.some(({ id }) => id === key['id']))
  }
}

const catchUp = async () => undefined

it('names a row that differs twice with the same values, and neither one that became equal nor one that events keep changing', async () => {
  const compare = compareAs(look => [
    found('changed', 1, 'damaged'),
    found('missing', 2),
    ...(look === 1 ? [found('missing', 3), found('changed', 4, 'late')] : []),
    found('changed', 5, `version ${look}`)
  ])
  expect(await settledDifferences(compare, catchUp)).toEqual({
    differences: [
      { kind: 'changed', key: { id: 1 } },
      { kind: 'missing', key: { id: 2 } }
    ],
    unsettled: [{ id: 5 }]
  })
})

it('names the rows that a swap would lose also where a thousand others differ', async () => {
  const changed = Array.from({ length: mostDifferences }, (_, id) => found('changed', id, `of ${id}`))
  const compare = compareAs(() => [...changed, found('missing', 5_000)])
  const { differences } = await settledDifferences(compare, catchUp)
  expect(differences).toHaveLength(mostDifferences + 1)
  expect(differences).toContainEqual({ kind: 'missing', key: { id: 5_000 } })
})

it('brings both tables to the present before each look, and looks no more often than it must', async () => {
  const steps: string[] = []
  const compare = compareAs(() => [found('changed', 1, 'damaged')])
  await settledDifferences(
    async only => {
      steps.push(`compare ${only === undefined ? 'all' : only.length}`)
      return compare(only)
    },
    async () => void steps.push('catch up')
  )
  expect(steps).toEqual(['catch up', 'compare all', 'catch up', 'compare 1'])
})
