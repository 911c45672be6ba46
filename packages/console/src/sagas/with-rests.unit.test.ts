import { expect, it, vi } from 'vitest'
import { withRests } from './with-rests.ts'

it('does quick work each time, and rests after long work', () => {
  let now = 0
  let took = 0
  let times = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const ask = withRests(() => {
    now += took
    return ++times
  })
  expect([ask(), ask()]).toEqual([1, 2])
  took = 50
  expect([ask(), ask()]).toEqual([3, 3])
  now += 999
  expect(ask()).toBe(3)
  now += 1
  expect(ask()).toBe(4)
  vi.restoreAllMocks()
})
