import { expect, it } from 'vitest'
import { approved, created, reserved, twoServices } from '../../test/saga-steps.ts'
import { createSagaIndex, type StepInput } from '../saga/index.ts'
import { sagaPicture } from './saga-picture.ts'

function linesOf(steps: readonly StepInput[]): readonly string[] {
  const index = createSagaIndex(twoServices)
  for (const step of steps) index.add(step)
  return sagaPicture([index.saga('request-7', 90_000) ?? expect.fail('There is no saga')])
    .split('\n')
    .map(line => line.replaceAll(/ {2,}/g, ' | '))
}

it('shows who caused each event', () => {
  const [head, ...rows] = linesOf([{ ...created, actor: 'customer' }, { ...reserved, actor: 'customer' }, approved])
  expect(head).toContain('| customer-service | BY | AT |')
  expect(rows.map(row => row.includes('| customer | 1970'))).toEqual([true, true, false])
})

it('has no column for it where no event says it', () => {
  expect(linesOf([created, reserved])[0]).toContain('| customer-service | AT |')
})
