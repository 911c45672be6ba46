import { expect, it } from 'vitest'
import { climb, latency } from './latency.ts'

it('measures no rate above the first that is not held', async () => {
  const rows = await climb([50, 500, 750, 1_000], async rate => ({ rate, held: rate < 750 }))
  expect(rows).toEqual([
    { rate: 50, held: true },
    { rate: 500, held: true },
    { rate: 750, held: false }
  ])
})

it('plans with the rates and the seconds that it is given', () => {
  const plan = { quick: false, rounds: 3, variants: ['project', 'polling'], seconds: 60, rates: [50, 500] }
  expect(latency.details?.(plan)).toBe("rounds of 60 s at 50, 500 orders/s, each variant until it doesn't hold one")
  const measuring = 3 * 2 * 2 * 60
  expect(latency.estimate(plan)).toBeGreaterThan(measuring)
  expect(latency.estimate(plan)).toBeLessThan(measuring * 1.3)
})
