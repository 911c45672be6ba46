import { expect, it } from 'vitest'
import { inStatements } from './statement-size.ts'

const row = (n: number, bytes: number) => ({ n, value: Buffer.alloc(bytes), error: null })

it('splits rows, in their order, into statements of at most half a MiB, in which each byte takes two digits', () => {
  const groups = inStatements(Array.from({ length: 5 }, (_, n) => row(n, 100_000)))
  expect(groups.map(group => group.map(({ n }) => n))).toEqual([[0, 1], [2, 3], [4]])
})

it('gives a row that is larger a statement of its own, and counts the escapes of a text', () => {
  const sizes = (rows: readonly object[]) => inStatements(rows).map(({ length }) => length)
  expect(sizes([row(1, 10), row(2, 2_000_000), row(3, 10), row(4, 10)])).toEqual([1, 1, 2])
  expect(sizes(Array.from({ length: 4 }, () => ({ text: "'".repeat(150_000) })))).toEqual([1, 1, 1, 1])
  expect(sizes([])).toEqual([])
})
