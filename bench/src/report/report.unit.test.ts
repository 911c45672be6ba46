import { describe, expect, it } from 'vitest'
import type { GrowthRow } from '../sections/growth.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { drainVerdicts } from './drain-chapter.ts'
import { growthChapter, growthVerdicts } from './growth-chapter.ts'
import { latencyChapter, latencyVerdicts } from './latency-chapter.ts'
import { barChart, escapeXml, lineChart } from './svg.ts'
import { figure, spread, table } from './text.ts'
import { chanceApart, twoRuns } from './two-runs.ts'

const hostile = `"><script>alert('x')</script>&\u0000|`

describe('charts', () => {
  it.each([
    ['lines', lineChart({ title: hostile, x: hostile, y: hostile }, [{ name: hostile, points: [[1, 2]] }])],
    ['bars', barChart({ title: hostile, x: hostile }, [{ label: hostile, value: 2, least: 1, most: 3 }])]
  ])('keeps hostile labels as text: %s', (_, svg) => {
    expect(svg).not.toContain('<script')
    expect(svg).not.toContain('\u0000')
    expect(svg).toContain(escapeXml(hostile))
  })

  it('draws figures only', () => {
    expect(lineChart({ title: '', x: '', y: '' }, [])).not.toContain('NaN')
    expect(lineChart({ title: '', x: '', y: '' }, [{ name: 'a', points: [[50, 0.4]] }])).not.toMatch(/NaN|Infinity/)
    expect(barChart({ title: '', x: '' }, [])).not.toMatch(/NaN|Infinity/)
  })
})

describe('text', () => {
  it('shows three digits, and the rounds only where there were several', () => {
    expect([0.12345, 12.345, 123.4, 45_678.9, Number.NaN].map(figure)).toEqual(['0.123', '12.3', '123', '45,679', '–'])
    expect(spread([2, 1, 3])).toBe('2 (1–3)')
    expect(spread([2])).toBe('2')
  })

  it('keeps a bar in a cell from ending it', () => {
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

describe('latency verdicts', () => {
  const slow = [aRow('default', { p50: 300, p99: 600 }), aRow('polling', { p50: 60, p99: 120 })]

  it('holds each goal at its bound and says with what figures', () => {
    const verdicts = latencyVerdicts(resultOf([aRow('project', { p50: 4, p99: 15 }), ...slow]))
    expect(verdicts.map(({ held }) => held)).toEqual([true, true, true, true, true])
    expect(verdicts[0]?.measured).toBe('1/75 (4 against 300 ms)')
  })

  it('is not beaten where polling holds no rate, nor ahead where the orders come late', () => {
    const late = { ...aRow('project', { p50: 4, p99: 15 }), held: false }
    const verdictOn = (rows: readonly LatencyRow[]) => latencyVerdicts(resultOf(rows)).at(-1)
    expect(verdictOn([late, ...slow])).toMatchObject({ held: false, wanted: 'at 1,000 orders/s', measured: 'at none' })
    const beyond = slow.map(row => ({ ...row, rate: 2_000, held: false }))
    expect(verdictOn([aRow('project', { p50: 4, p99: 15 }), ...slow, ...beyond])).toMatchObject({
      held: true,
      wanted: 'at 1,000 orders/s'
    })
  })

  it('does not hold what missed its bound, nor what was not measured', () => {
    const missed = latencyVerdicts(resultOf([aRow('project', { p50: 5.01, p99: 121 }), ...slow]))
    expect(missed.map(({ held }) => held)).toEqual([false, false, false, false, false])
    expect(latencyVerdicts(resultOf([])).every(({ held }) => !held)).toBe(true)
  })

  it('names a rate that was not held in the table', () => {
    const { text } = latencyChapter(resultOf([{ ...aRow('polling', { p50: 1, p99: 2 }), held: false }]))
    expect(text).toContain('no, in 1 of 1')
  })
})

describe('drain verdicts', () => {
  const drainRow = (drain: string, perSecond: number) => ({
    drain,
    round: 1,
    events: 10,
    perSecond,
    seconds: 1,
    untilFirstMs: 1,
    cpu: {}
  })

  it('compares the rows of one run, and says what it reached where it missed', () => {
    const rows = [
      drainRow('kafka', 50_000),
      drainRow('pipeline', 34_000),
      drainRow('as-is', 40_000),
      drainRow('one-by-one', 1_000)
    ]
    const verdicts = drainVerdicts({ ...resultOf([]), rows })
    expect(verdicts.map(({ held }) => held)).toEqual([true, false, true, true])
    expect(verdicts[1]?.measured).toBe('68 % (34,000 of 50,000)')
  })
})

describe('two runs', () => {
  const run = (p50s: readonly number[]): Result => ({
    section: 'latency',
    startedAt: '2026-11-21T10:00:00.000Z',
    tookSeconds: 1,
    plan: { quick: false, rounds: 3 },
    machine: {} as Result['machine'],
    rows: p50s.map(p50 => aRow('project', { p50, p99: 20 }))
  })

  it('agree where their rounds reach into each other, and name what does not', () => {
    expect(twoRuns([{ now: run([3, 4, 5]), before: run([5, 6, 7]) }])).toMatch(/of 2 figures[^]*rounds of 2 reach/)
    const apart = twoRuns([{ now: run([3, 4, 5]), before: run([6, 7, 8]) }])
    expect(apart).toMatch(/rounds of 1 reach[^]*\| project at 1000\/s, p50 ms \| 7 \(6–8\) \| 4 \(3–5\) \|/)
  })

  it('say how many figures chance alone would part', () => {
    // Three and three rounds: 20 ways in which they can lie, 2 of them apart.
    expect(chanceApart(3, 3)).toBeCloseTo(0.1)
    expect(chanceApart(2, 2)).toBeCloseTo(1 / 3)
    const many = Array.from({ length: 20 }, () => run([3, 4, 5]))
    expect(twoRuns(many.map(each => ({ now: each, before: each })))).toContain(
      'of 4 would lie apart all the same, 0 do'
    )
  })

  it('say nothing of what ran only once', () => {
    expect(twoRuns([{ now: run([3, 4, 5]), before: run([]) }])).toBe('')
  })
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

  it('judges the medians of the rounds, and the memory once it was warm', () => {
    expect(growthVerdicts(grown(step(1_000, [5.4, 5.5, 20], 610))).map(({ held }) => held)).toEqual([true, true])
    expect(growthVerdicts(grown(step(1_000, [5.6, 5.6, 5.6], 900))).map(({ held }) => held)).toEqual([false, false])
    expect(growthVerdicts(grown(step(1_000, [5, 5, 5], 900)))[1]?.measured).toBe('mysql 900 MB')
  })

  it('shows one line for each step, with the spread of its rounds', () => {
    const { text } = growthChapter(grown(step(1_000, [5, 6, 7], 610)))
    expect(text).toContain('| 10 | 5 (4–9) |')
    expect(text).toContain('| 1,000 | 6 (5–7) |')
  })
})
