import { expect, it } from 'vitest'
import { failuresOf, interactionResults, sayFailure } from './failures.ts'

const missing = 'Actual map is missing the following keys: name, quantity'

it('names each field that is missing, where the verifier names only what should have it', () => {
  const results = [
    { interactionId: 'a', success: false, mismatches: [{ identifier: '$.payload', description: missing }] }
  ]
  expect(failuresOf(results).map(({ where }) => where)).toEqual(['$.payload.name', '$.payload.quantity'])
})

it('says a failure with its place, once', () => {
  const failure = { interactionId: null, where: '$.quantity', what: "Expected '3' to be the same type as 95" }
  expect(sayFailure(failure)).toBe("$.quantity: Expected '3' to be the same type as 95")
  expect(sayFailure({ ...failure, what: '$.quantity is wrong' })).toBe('$.quantity is wrong')
})

it('takes an interaction with an exception for failed', () => {
  const results = [{ interactionId: 'a', exceptions: [{ message: 'connection refused' }] }]
  expect(interactionResults(results)).toMatchObject([{ interactionId: 'a', success: false }])
})

it.each([undefined, null, 'text', [null, 3], { a: 1 }])('finds nothing in results that it cannot read: %j', results => {
  expect(failuresOf(results)).toEqual([])
})
