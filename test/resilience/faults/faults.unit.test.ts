import { expect, it } from 'vitest'
import { faults } from './index.ts'

const connect = /Connect|connector|schema history|DDL|binlog|server id|time zones/

it('gives each fault a name of its own', () => {
  const names = faults.map(({ name }) => name)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
})

it('gives a reason wherever healing may take longer than 10 s, or 20 s with Connect', () => {
  const unexplained = faults.filter(
    ({ title, healWithinMs, because }) =>
      because === undefined && healWithinMs > (connect.test(title) ? 20_000 : 10_000)
  )
  expect(unexplained.map(({ name }) => name)).toEqual([])
})
