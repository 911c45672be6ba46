import { expect, it } from 'vitest'
import { waitUntilDrained } from './drain.ts'

const drain = (counts: readonly number[], stalledAfterMs: number) => {
  let asked = 0
  const underWay = async () => counts[Math.min(asked++, counts.length - 1)] ?? 0
  return waitUntilDrained({ underWay, patienceMs: 200, stalledAfterMs, everyMs: 1 })
}

it('ends as soon as nothing is under way', async () => {
  expect(await drain([3, 2, 0], 10)).toBe('drained')
})

it('tells events that stopped arriving from events that are late', async () => {
  expect(await drain([3, 2], 10)).toBe('stalled')
  const falling = Array.from({ length: 10_000 }, (_, index) => 20_000 - index)
  expect(await drain(falling, 1_000)).toBe('arriving')
})
