import { expect, it } from 'vitest'
import { readSelectors } from './selectors.ts'

const read = (selector: Record<string, unknown>, more: object = {}) =>
  readSelectors({ consumerVersionSelectors: [selector], ...more })

it('selects what is on the main branch and what is in use, if the provider names nothing', () => {
  expect(readSelectors({}).map(({ why }) => why)).toEqual([
    'the latest on the main branch',
    'the latest',
    'deployed or released'
  ])
})

it.each([
  [
    { branch: 'b', fallbackBranch: 'main' },
    { latest: true, branch: 'b', fallback: 'main' }
  ],
  [{ tag: 't' }, { latest: false, tag: 't' }],
  [
    { tag: 't', latest: true },
    { latest: true, tag: 't' }
  ],
  [
    { deployed: true, environment: 'e' },
    { latest: false, stays: ['deployed'], environment: 'e' }
  ],
  [{ environment: 'e' }, { stays: ['deployed', 'released'], environment: 'e' }],
  [
    { mainBranch: true, consumer: 'c' },
    { latest: true, mainBranch: true, consumer: 'c' }
  ]
])('reads %j', (given, selector) => {
  expect(read(given)).toMatchObject([selector])
})

it('takes the branch of the provider for the matching one', () => {
  expect(read({ matchingBranch: true }, { providerVersionBranch: 'feat' })).toMatchObject([{ branch: 'feat' }])
  expect(() => read({ matchingBranch: true })).toThrow(/no providerVersionBranch/)
})

it('refuses a selector that selects nothing, and says which it is', () => {
  expect(() => read({ unknown: true })).toThrow(/^consumerVersionSelectors\.0 must have one of mainBranch/)
})
