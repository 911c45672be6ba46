import { expect, it } from 'vitest'
import { mergeContracts } from './merge-contracts.ts'

const fileOf = (...interactions: { description: string; status: number }[]) => ({
  consumer: { name: 'c' },
  provider: { name: 'p' },
  interactions
})
const [one, two] = [
  { description: 'one', status: 200 },
  { description: 'two', status: 200 }
]

it('keeps the interactions of both, each once', () => {
  expect(mergeContracts(fileOf(one), fileOf(two, one)).file.interactions).toEqual([two, one])
})

it('names an interaction that both have in different ways', () => {
  expect(mergeContracts(fileOf(one), fileOf({ ...one, status: 404 })).conflict).toBe('one')
})
