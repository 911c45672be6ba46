import { describe, expect, it } from 'vitest'
import type { GrowthRow } from '../sections/growth.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { SagaRow } from '../sections/saga.ts'
import { growthChapter, growthGoals } from './growth-chapter.ts'
import { latencyChapter } from './latency-chapter.ts'
import { barChart, lineChart, renderSvg } from './charts.ts'
import { sagaChapter, sagaGoals } from './saga-chapter.ts'
import { figure, spread, table } from './text.ts'
import { writersChapter } from './writers-chapter.ts'

describe('charts', () => {
  it('draws a line for each series', async () => {
    const points = [50, 500].map(x => ({ series: 'this <project>', x, y: 0.4 }))
    const svg = await renderSvg(lineChart({ title: 'Latency', x: 'orders a second', y: 'ms' }, points))
    expect(svg).toMatch(/^<svg .*>this &lt;project&gt;<.*>Latency</s)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('writes the value beside each bar', async () => {
    const svg = await renderSvg(
      barChart({ title: 'Drain', x: '' }, [{ label: 'a', value: 2_345, least: 1, most: 3_000 }])
    )
    expect(svg).toContain('2,345')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('text', () => {
  it('shows three digits, and the range of the rounds only if there are several', () => {
    expect([0.12345, 12.345, 123.4, 45_678.9, Number.NaN].map(figure)).toEqual(['0.123', '12.3', '123', '45,679', '–'])
    expect(spread([2, 1, 3])).toBe('2 (1–3)')
    expect(spread([2])).toBe('2')
  })

  it('escapes a bar in a table cell', () => {
    expect(table(['a|b'], [['c|d']])).toBe('| a\\|b |\n| - |\n| c\\|d |')
  })
})

const summary = (p50: number, p99: number) => ({ n: 1, p50, p95: p99, p99, max: p99 })

function aRow(variant: string, delivery: { p50: number; p99: number }): LatencyRow {
  const { p50, p99 } = delivery
  return {
    variant,
    round: 1,
    rate: 1000,
    seconds: 1,
    asked: 1,
    accepted: 1,
    delivered: 1,
    request: summary(1, 2),
    delivery: summary(p50, p99),
    whole: summary(p50, p99),
    cpuPerThousand: {},
    held: true
  }
}

const machine = { cpu: '', cores: 4, memoryGb: 8, system: '', versions: {}, durability: {}, commit: '', loadBefore: 0 }
const resultOf = (rows: readonly LatencyRow[]) => ({
  section: 'latency',
  startedAt: '',
  tookSeconds: 1,
  plan: { quick: true, rounds: 1 },
  machine,
  rows
})

describe('latency', () => {
  it('names a rate that was not held in the table, and a variant that is gone by its name', () => {
    const { text } = latencyChapter(resultOf([{ ...aRow('long-gone', { p50: 1, p99: 2 }), held: false }]))
    expect(text).toContain('| long-gone | 1 | 2 | 2 | 1 | 2 | 2 | no, in 1 of 1 |')
  })
})

it('shows each way to write that was measured, with the spread of its rounds', () => {
  const row = (round: number, p50: number) => ({
    path: 'postgres_message',
    round,
    transactionsPerSecond: 900,
    rate: 100,
    commit: summary(1, 2),
    arrival: summary(p50, 20),
    drainPerSecond: 4_000
  })
  const { text } = writersChapter({ ...resultOf([]), rows: [row(1, 9), row(2, 11)] })
  expect(text).toContain('| PostgreSQL, message | 900 | 1 | 10 (9–11) | 20 | 20 | 4,000 |')
  expect(text).not.toContain('MySQL, table')
})

describe('growth', () => {
  const step = (passed: number, p50s: readonly number[], mysql: number): readonly GrowthRow[] =>
    p50s.map((p50, index) => ({
      passed,
      round: index + 1,
      passedPerSecond: 0,
      delivery: { n: 1, p50, p95: p50, p99: p50, max: p50 },
      request: { n: 1, p50: 1, p95: 1, p99: 1, max: 1 },
      memoryMb: { mysql }
    }))
  const grown = (last: readonly GrowthRow[]) => ({
    ...resultOf([]),
    rows: [...step(10, [4, 5, 9], 400), ...step(100, [5, 5, 5], 600), ...last]
  })

  it('compares the medians of the rounds, and memory after the warm-up', () => {
    const reached = (last: readonly GrowthRow[]) => growthGoals(grown(last)).map(({ verdict }) => verdict?.reached)
    expect(reached(step(1_000, [5.4, 5.5, 20], 610))).toEqual([true, true])
    expect(reached(step(1_000, [5.6, 5.6, 5.6], 900))).toEqual([false, false])
    expect(growthGoals(grown(step(1_000, [5, 5, 5], 900)))[1]?.verdict?.measured).toBe('mysql 900 MB')
  })

  it('shows one line for each step, with the spread of its rounds', () => {
    const { text } = growthChapter(grown(step(1_000, [5, 6, 7], 610)))
    expect(text).toContain('| 10 | 5 (4–9) |')
    expect(text).toContain('| 1,000 | 6 (5–7) |')
  })
})

describe('saga', () => {
  const row = (max: number, settled = 100): SagaRow => ({
    rate: 100,
    round: 1,
    asked: 100,
    accepted: 100,
    settled,
    brokers: 2,
    settlement: summary(20, max)
  })
  const result = (rows: readonly SagaRow[]) => ({ ...resultOf([]), section: 'saga', rows })
  const verdictOf = (rows: readonly SagaRow[]) => sagaGoals(result(rows))[0]?.verdict

  it('holds its goal if every order is settled within a second', () => {
    const { text } = sagaChapter(result([row(400), row(900)]))
    expect(text).toContain('| 100 | 20 | 650 (400–900) |')
    expect(text).toContain('200 of 200')
    expect(verdictOf([row(400), row(900)])).toMatchObject({ reached: true, measured: '900 ms at most at 100 orders/s' })
  })

  it("doesn't hold it for a slow order, or one without an outcome", () => {
    expect(verdictOf([row(1_001)])).toMatchObject({ reached: false })
    expect(verdictOf([row(400, 99)])).toMatchObject({ reached: false, measured: "1 orders weren't settled" })
  })
})
