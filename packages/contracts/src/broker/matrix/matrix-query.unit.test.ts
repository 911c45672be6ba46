import { expect, it } from 'vitest'
import { readMatrixQuery } from './matrix-query.ts'

it('begins the next participant where a field comes again', () => {
  const { selectors } = readMatrixQuery('q[][pacticipant]=A&q[][version]=1&q[][pacticipant]=B&q[][latest]=true')
  expect(selectors).toEqual([
    { pacticipant: 'A', version: '1' },
    { pacticipant: 'B', latest: true }
  ])
})

it('reads what counts as the others', () => {
  const one = 'q[][pacticipant]=A&q[][version]=1'
  expect(readMatrixQuery(`${one}&latestby=cvpv&environment=production`).target).toEqual({ environment: 'production' })
  expect(readMatrixQuery(`${one}&latestby=cvp&latest=true&mainBranch=true`)).toMatchObject({
    target: { mainBranch: true, latest: true },
    latestProviderOnly: true
  })
  expect(readMatrixQuery(`${one}&q[][pacticipant]=B&latestby=cvp&latest=true`).target).toBeUndefined()
})

it('reads who is ignored', () => {
  expect(readMatrixQuery('q[][pacticipant]=A&ignore[][pacticipant]=B').ignored).toEqual([{ pacticipant: 'B' }])
})

it.each([
  ['', /at least one pacticipant/],
  ['q[][version]=1', /has no pacticipant/],
  ['q[][pacticipant]=A&limit=0', /limit must be/],
  [`q[][pacticipant]=${'a'.repeat(256)}`, /too long/],
  [Array.from({ length: 51 }, (_, at) => `q[][pacticipant]=${at}`).join('&'), /more than 50/]
])('refuses %#, and says why', (text, why) => {
  expect(() => readMatrixQuery(text)).toThrow(why)
})
