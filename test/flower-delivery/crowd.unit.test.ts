import { expect, it } from 'vitest'
import { breakerOf, timesOf } from './crowd.ts'

const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second)
const line = (second: number, msg: string) => JSON.stringify({ time: new Date(at(second)).toISOString(), msg })

it('reads from the log of order how often the breaker opened and for how long, since a time', () => {
  const lines = [
    line(1, 'circuit breaker opened'),
    line(5, 'circuit breaker opened'),
    line(6, 'order placed'),
    line(8, 'circuit breaker closed'),
    line(9, 'circuit breaker opened')
  ]
  expect(breakerOf(lines.join('\n'), at(2))).toEqual({ opened: 2, closed: 1, openMs: [3_000] })
})

it('gives the distribution of times', () => {
  const times = Array.from({ length: 100 }, (_, n) => n + 1)
  expect(timesOf(times)).toEqual({ n: 100, p50: 50, p99: 99, max: 100, within50: 50 })
  expect(timesOf([])).toMatchObject({ n: 0, p99: 0 })
})
