import { describe, expect, it } from 'vitest'
import { createSeries } from './series.ts'
import { createRate, createSample } from './measures.ts'

describe('a series', () => {
  const every = (stepMs: number) => createSeries({ stepMs, means: ['rate'] })

  it('merges its points into steps: the mean of rates, the maximum of figures that may peak', () => {
    const series = every(5_000)
    for (let second = 0; second < 10; second++) series.add(second * 1_000, { rate: second, lag: second })
    expect(series.inSteps()).toEqual({
      stepMs: 5_000,
      at: [0, 5_000],
      figures: { rate: [2, 7], lag: [4, 9] }
    })
  })

  it('keeps an hour and no more', () => {
    const series = every(1_000)
    for (let second = 0; second < 5_000; second++) series.add(second * 1_000, { rate: 1 })
    const { at } = series.inSteps()
    expect([at.length, at[0], at.at(-1)]).toEqual([3_600, 1_400_000, 4_999_000])
  })

  it('has null for a figure that was not known, and accepts new figures later', () => {
    const series = every(1_000)
    series.add(0, { rate: 1 })
    series.add(1_000, { rate: null, lag: 3 })
    expect(series.inSteps().figures).toEqual({ rate: [1, null], lag: [null, 3] })
  })

  it('does not grow with the number of names', () => {
    const series = every(1_000)
    for (let name = 0; name < 1_000; name++) series.add(name, { [`lag${name}`]: 1 })
    expect(Object.keys(series.inSteps().figures)).toHaveLength(60)
  })
})

describe('a rate', () => {
  it('is what a counter gained over the last seconds', () => {
    const rate = createRate(10_000)
    for (let second = 0; second < 60; second++) rate(second < 30 ? 0 : (second - 30) * 5, second * 1_000)
    expect(rate(150, 60_000)).toBe(5)
  })

  it('starts again when the counter falls', () => {
    const rate = createRate()
    rate(1_000, 0)
    expect(rate(5, 1_000)).toBeNull()
    expect(rate(9, 3_000)).toBe(2)
  })
})

it('percentiles are those of the last minute', () => {
  const sample = createSample()
  sample([9_999], 0)
  const values = Array.from({ length: 100 }, (_, index) => index + 1)
  expect(sample(values, 61_000)).toEqual({ p50: 51, p95: 96, p99: 100 })
  expect(createSample()([])).toBeNull()
})
