import { expect, it } from 'vitest'
import { estimate, remaining } from './session.ts'

const steps = [1, 2].flatMap(pass => ['a', 'b'].map(name => ({ name, pass })))

it('continues after the recorded runs, whatever their outcome', () => {
  expect(remaining(steps, [{ fault: 'a', pass: 1 }])).toEqual(steps.slice(1))
  expect(remaining(steps, [{ fault: 'c', pass: 1 }])).toEqual(steps)
  expect(remaining(steps, [])).toEqual(steps)
})

it('estimates with the time that each fault took last', () => {
  const runs = [
    { fault: 'a', tookMs: 9_000 },
    { fault: 'a', tookMs: 1_000 },
    { fault: 'b', tookMs: 5_000 }
  ]
  expect(estimate(steps, runs)).toBe(12_000)
  expect(estimate([{ name: 'never', pass: 1 }], runs)).toBeGreaterThan(0)
})
