import { describe, expect, it } from 'vitest'
import { quantile, spreadOf, summarise } from './stats.ts'

const oneTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1)

describe('summarise', () => {
  it('takes the nearest rank, whatever the order of the values', () => {
    const values = oneTo(1000).toSorted((a, b) => (a % 7) - (b % 7))
    expect(summarise(values)).toEqual({ n: 1000, p50: 500, p95: 950, p99: 990, max: 1000 })
  })

  it('returns only measured values', () => {
    expect(summarise([3, 1])).toEqual({ n: 2, p50: 1, p95: 3, p99: 3, max: 3 })
    expect(summarise([7])).toEqual({ n: 1, p50: 7, p95: 7, p99: 7, max: 7 })
  })

  it('returns NaN without values', () => {
    expect(summarise([])).toMatchObject({ n: 0, p99: Number.NaN })
  })

  it('sorts by number, not by text', () => {
    expect(quantile(Float64Array.from([10, 9, 100]).sort(), 1)).toBe(100)
  })
})

describe('spreadOf', () => {
  it('returns the median, between the two middle values of an even number', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30 })
    expect(spreadOf([40, 10, 20, 30])).toEqual({ median: 25, least: 10, most: 40 })
  })
})
