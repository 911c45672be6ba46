import { expect, it } from 'vitest'
import type { Item } from '../read/read-event.ts'
import { countLanes, laneOf } from './lanes.ts'

const items = (count: number, batch: boolean) =>
  Array.from({ length: count }, () => ({ handler: { batch } }) as unknown as Item)

it.each([
  ['a bulk handler with little to do', items(100, true), 1],
  ['a bulk handler with more', items(101, true), 2],
  ['a bulk handler with much to do', items(5000, true), 4],
  ['single events, which may each wait for something', items(3, false), 3],
  ['many single events', items(50, false), 4],
  ['both kinds', [...items(2, false), ...items(50, true)], 3],
  ['nothing', [], 1]
])('uses the right number of lanes for %s', (_, some, lanes) => {
  expect(countLanes(some, 4)).toBe(lanes)
})

it('keeps a key in its lane', () => {
  for (const key of ['1', 'raw:0f', '', '9007199254740991']) {
    const lane = laneOf(key, 4)
    expect(lane).toBe(laneOf(key, 4))
    expect(lane).toBeGreaterThanOrEqual(0)
    expect(lane).toBeLessThan(4)
  }
})
