import { describe, expect, it } from 'vitest'
import type { GrowthRow } from '../sections/growth.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { SagaRow } from '../sections/saga.ts'
import { drainChapter } from './drain-chapter.ts'
import { growthChapter } from './growth-chapter.ts'
import { latencyChapter } from './latency-chapter.ts'
import { barChart, lineChart, renderSvg } from './charts.ts'
import { sagaChapter } from './saga-chapter.ts'
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

const latencyGoals = (result: Parameters<typeof latencyChapter>[0]) => latencyChapter(result).goals ?? []
const drainGoals = (result: Parameters<typeof drainChapter>[0]) => drainChapter(result).goals ?? []
const growthGoals = (result: Parameters<typeof growthChapter>[0]) => growthChapter(result).goals ?? []

describe('latency goals', () => {
  const slow = [aRow('default', { p50: 300, p99: 600 }), aRow('polling', { p50: 60, p99: 120 })]

  it('reaches each goal at its limit and names the figures', () => {
    const goals = latencyGoals(resultOf([aRow('project', { p50: 4, p99: 15 }), ...slow]))
    expect(goals.map(({ held }) => held)).toEqual([true, true, true, true, true])
    expect(goals[0]?.measured).toBe('1/75 (4 against 300 ms)')
  })

  it('compares with polling only at rates that polling holds, and counts no rate at which orders come late', () => {
    const late = { ...aRow('project', { p50: 4, p99: 15 }), held: false }
    const lastGoal = (rows: readonly LatencyRow[]) => latencyGoals(resultOf(rows)).at(-1)
    expect(lastGoal([late, ...slow])).toMatchObject({ held: false, wanted: 'at 1,000 orders/s', measured: 'at none' })
    const beyond = slow.map(row => ({ ...row, rate: 2_000, held: false }))
    expect(lastGoal([aRow('project', { p50: 4, p99: 15 }), ...slow, ...beyond])).toMatchObject({
      held: true,
      wanted: 'at 1,000 orders/s'
    })
  })

  it('misses a goal beyond its limit, or without a measurement', () => {
    const missed = latencyGoals(resultOf([aRow('project', { p50: 5.01, p99: 121 }), ...slow]))
    expect(missed.map(({ held }) => held)).toEqual([false, false, false, false, false])
    expect(latencyGoals(resultOf([])).every(({ held }) => !held)).toBe(true)
  })

  it('names a rate that was not held in the table', () => {
    const { text } = latencyChapter(resultOf([{ ...aRow('polling', { p50: 1, p99: 2 }), held: false }]))
    expect(text).toContain('no, in 1 of 1')
  })
})

describe('drain goals', () => {
  const drainRow = (drain: string, perSecond: number) => ({
    drain,
    round: 1,
    events: 10,
    perSecond,
    seconds: 1,
    untilFirstMs: 1,
    cpu: {}
  })

  it('compares the rows of one run and names the figures', () => {
    const rows = [
      drainRow('kafka', 50_000),
      drainRow('pipeline', 34_000),
      drainRow('as-is', 40_000),
      drainRow('one-by-one', 1_000)
    ]
    const goals = drainGoals({ ...resultOf([]), rows })
    expect(goals.map(({ held }) => held)).toEqual([true, false, true, true])
    expect(goals[1]?.measured).toBe('68 % (34,000 of 50,000)')
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
    expect(growthGoals(grown(step(1_000, [5.4, 5.5, 20], 610))).map(({ held }) => held)).toEqual([true, true])
    expect(growthGoals(grown(step(1_000, [5.6, 5.6, 5.6], 900))).map(({ held }) => held)).toEqual([false, false])
    expect(growthGoals(grown(step(1_000, [5, 5, 5], 900)))[1]?.measured).toBe('mysql 900 MB')
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
  const chapter = (rows: readonly SagaRow[]) =>
    sagaChapter({ section: 'saga', startedAt: '', tookSeconds: 1, plan: { quick: false, rounds: 2 }, machine, rows })

  it('holds its goal if every order is settled within a second', () => {
    const { text, goals } = chapter([row(400), row(900)])
    expect(text).toContain('| 100 | 20 | 650 (400–900) |')
    expect(text).toContain('200 of 200')
    expect(goals).toMatchObject([{ held: true, measured: '900 ms at most at 100 orders/s' }])
  })

  it("doesn't hold it for a slow order, or one without an outcome", () => {
    expect(chapter([row(1_001)]).goals).toMatchObject([{ held: false }])
    expect(chapter([row(400, 99)]).goals).toMatchObject([{ held: false, measured: "1 orders weren't settled" }])
  })
})
