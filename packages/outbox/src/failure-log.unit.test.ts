import { expect, it } from 'vitest'
import { silent } from '../test/counted.ts'
import { createFailureLog } from './failure-log.ts'

it('warns about a failure that lasts once, about another one at once, and again once it has passed', () => {
  const warned: unknown[] = []
  const log = createFailureLog({ ...silent, warn: fields => void warned.push(fields) })
  const [away, missing] = [new Error('away'), new Error('missing')]
  for (const error of [away, away, missing, away, missing]) log.failed({ err: error }, 'cannot read')
  expect(warned).toEqual([{ err: away }, { err: missing }])
  log.passed()
  log.failed({ err: away }, 'cannot read')
  expect(warned).toHaveLength(3)
})
