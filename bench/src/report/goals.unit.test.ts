import { describe, expect, it } from 'vitest'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import type { Goal } from './goal.ts'
import { allGoals, type Measured } from './goals.ts'
import { bothSpans } from './latency-goals.ts'
import { summary } from './summary.ts'

const machine = {
  cpu: '',
  cores: 2,
  memoryGb: 8,
  system: '',
  versions: {},
  durability: {},
  commit: 'abc',
  loadBefore: 0
}
const head = { startedAt: '2026-11-30T16:00:00.000Z', machine }
const nothing: Measured = { results: [], start: [], healing: [] }

function result<Row>(section: string, rows: readonly Row[]): Result<Row> {
  return { ...head, section, tookSeconds: 1, plan: { quick: false, rounds: 1 }, rows }
}

const times = (p50: number, p99: number) => ({ n: 1, p50, p95: p99, p99, max: p99 })

/** Due → delivered takes a hundred times as long as commit → delivered, so that no goal can mix them up. */
function aRow(variant: string, p99: number, others: Partial<LatencyRow> = {}): LatencyRow {
  return {
    variant,
    round: 1,
    rate: 500,
    seconds: 60,
    asked: 1,
    accepted: 1,
    delivered: 1,
    request: times(1, 2),
    delivery: times(p99 / 2, p99),
    whole: times((p99 / 2) * 100, p99 * 100),
    cpuPerThousand: { mysql: 900, 'order-service': 1_000 },
    held: true,
    ...others
  }
}

const latency = (rows: readonly LatencyRow[]): Measured => ({ ...nothing, results: [result('latency', rows)] })
const verdictOf = (measured: Measured, words: string) => goalNamed(allGoals(measured), words).verdict

function goalNamed(goals: readonly Goal[], words: string): Goal {
  const found = goals.find(({ goal }) => goal.includes(words))
  if (found === undefined) throw new Error(`No goal speaks of ${words}`)
  return found
}

it('says nothing about what was not measured', () => {
  const goals = allGoals(nothing)
  expect(goals.length).toBeGreaterThanOrEqual(10)
  expect(goals.map(({ verdict }) => verdict)).toEqual(goals.map(() => undefined))
  expect(allGoals(latency([aRow('project', 10)])).every(({ verdict }) => verdict === undefined)).toBe(true)
})

describe('latency goals', () => {
  const others = [aRow('polling', 20), aRow('dual-write', 10)]

  it('compares due → delivered with polling, and commit → delivered with the dual write', () => {
    const measured = latency([aRow('project', 12), ...others])
    expect(verdictOf(measured, 'polling')).toEqual({
      measured: '1,200 against 2,000 ms at 500/s',
      reached: true,
      origin: '2 cores, 2026-11-30, abc'
    })
    expect(verdictOf(measured, 'dual write')).toMatchObject({
      measured: 'p50 1.2 × and p99 1.2 × at 500/s',
      reached: true
    })
    expect(verdictOf(latency([aRow('project', 12.1), ...others]), 'dual write')).toMatchObject({ reached: false })
    expect(verdictOf(latency([aRow('project', 20), ...others]), 'polling')).toMatchObject({ reached: false })
  })

  it('misses a goal that holds at one rate and not at another', () => {
    const slow = [aRow('project', 21, { rate: 750 }), aRow('polling', 20, { rate: 750 })]
    expect(verdictOf(latency([aRow('project', 10), ...others, ...slow]), 'Due')).toMatchObject({
      measured: '1,000 against 2,000 ms at 500/s, 2,100 against 2,000 ms at 750/s',
      reached: false
    })
  })

  it('compares only at rates that both hold in most rounds, and a round that ended before a rate did not hold it', () => {
    const rounds = [1, 2, 3].flatMap(round => [aRow('project', 10, { round }), aRow('polling', 20, { round })])
    const beyond = { rate: 750, round: 1 }
    const once = [...rounds, aRow('project', 99, beyond), aRow('polling', 20, beyond)]
    expect(verdictOf(latency(once), 'Due')).toMatchObject({ measured: '1,000 against 2,000 ms at 500/s' })
    const none = latency([aRow('project', 10, { held: false }), aRow('polling', 20)])
    expect(verdictOf(none, 'Due')).toMatchObject({ measured: 'no rate that they all hold', reached: false })
  })

  it('wants the highest rate of most rounds to be that of polling', () => {
    const upTo = (variant: string, rate: number, round: number) => [
      aRow(variant, 10, { round }),
      aRow(variant, 10, { round, rate }),
      aRow(variant, 10, { round, rate: rate + 1_000, held: false })
    ]
    const polling = [1, 2, 3].flatMap(round => upTo('polling', 750, round))
    const rows = (rates: readonly number[]) => [
      ...polling,
      ...rates.flatMap((rate, at) => upTo('project', rate, at + 1))
    ]
    expect(verdictOf(latency(rows([750, 1_000, 600])), 'highest rate')).toMatchObject({
      measured: '750 (600–1,000) against 750',
      reached: true
    })
    expect(verdictOf(latency(rows([600, 1_000, 600])), 'highest rate')).toMatchObject({ reached: false })
  })

  it('adds up the CPU of all processes at the highest rate that all hold', () => {
    const busy = { rate: 750, cpuPerThousand: { mysql: 9_000 } }
    const rows = [aRow('project', 10), ...others, aRow('project', 10, busy), aRow('polling', 10, busy)]
    expect(verdictOf(latency(rows), 'CPU')).toMatchObject({
      measured: '1,900 ms at 500/s; polling outbox 1,900 ms',
      reached: true
    })
    const both = rows.filter(({ variant }) => variant !== 'dual-write')
    expect(verdictOf(latency(both), 'CPU')).toMatchObject({ reached: false })
  })

  it('shows both spans with each rate', () => {
    expect(bothSpans([aRow('project', 10), ...others]).split('\n')[2]).toBe(
      '| 500 | this project | 5 | 10 | 500 | 1,000 | yes |'
    )
  })
})

describe('goals of the pipeline', () => {
  const path = (name: string, ordersPerSecond: number) => ({ path: name, round: 1, ordersPerSecond })
  const drain = (name: string, perSecond: number) => ({ drain: name, round: 1, perSecond })

  it('compares the service as it runs with the same service without an event', () => {
    const rows = (ours: number) => ({
      ...nothing,
      results: [result('write-path', [path('delete', ours), path('no-event', 100)])]
    })
    expect(verdictOf(rows(95), 'POST /order')).toMatchObject({ measured: '95 % (95 of 100 orders/s)', reached: true })
    expect(verdictOf(rows(94), 'POST /order')).toMatchObject({ reached: false })
  })

  it('compares a backlog into the database with Kafka alone, and claims no gain of settings that did not change', () => {
    const measured = { ...nothing, results: [result('drain', [drain('kafka', 1_000), drain('pipeline', 700)])] }
    expect(verdictOf(measured, 'delivery database')).toMatchObject({
      measured: '70 % (700 of 1,000 events/s)',
      reached: true
    })
    expect(verdictOf(measured, 'settings before')).toMatchObject({ reached: false })
  })
})

describe('goals of the whole system', () => {
  const started = (cores: number, seconds: number) => ({
    ...head,
    of: 'orders-and-deliveries',
    machine: { ...machine, cores },
    newDataSeconds: 20,
    warmSeconds: [seconds, seconds + 1, seconds - 1],
    cpuPercent: { 'kafka-1': 6.5, 'connect-1': 3.5 },
    memoryMb: {}
  })

  it('judges a start by the cores of its machine', () => {
    const measured = { ...nothing, start: [started(2, 9), started(4, 7)] }
    expect(verdictOf(measured, 'warm, on 2')).toMatchObject({
      measured: '9 (8–10) s; 20 s with new data',
      reached: true
    })
    expect(verdictOf(measured, 'warm, on 4')).toMatchObject({ reached: false })
    expect(verdictOf(measured, 'at rest')).toMatchObject({
      measured: '10 % (kafka-1 6.5, connect-1 3.5)',
      reached: true
    })
    expect(verdictOf({ ...nothing, start: [{ ...started(2, 9), of: 'shop' }] }, 'warm, on 2')).toBeUndefined()
  })

  it('wants Connect back in every run, with nothing lost', () => {
    const killed = (...runs: readonly (readonly [healedMs: number, lost: number])[]) => ({
      ...nothing,
      healing: [
        { ...head, of: 'connect-killed', runs: runs.map(([healedMs, lost]) => ({ healedMs, lost, passed: true })) }
      ]
    })
    expect(verdictOf(killed([9_000, 0], [12_000, 0]), 'kill -9')).toMatchObject({
      measured: '10.5 (9–12) s in 2 runs, 0 orders lost',
      reached: true
    })
    expect(verdictOf(killed([9_000, 0], [12_001, 0]), 'kill -9')).toMatchObject({ reached: false })
    expect(verdictOf(killed([9_000, 1]), 'kill -9')).toMatchObject({ reached: false })
  })
})

describe('the summary', () => {
  it('names its rivals, its machine, and the goals that are missed with what was measured', () => {
    const measured = latency([aRow('project', 21), aRow('polling', 20), aRow('dual-write', 10)])
    const text = summary(measured, allGoals(measured))
    expect(text).toContain('at 500 orders/s 1,050 ms in the median, 99 % within 2,100 ms; polling outbox')
    expect(text).toContain('(2 cores, 2026-11-30, abc)')
    expect(text).toContain('What does not hold: 2 of the 4 goals that were measured are not reached.')
    expect(text).toMatch(/- Due → delivered p99 .* measured 2,100 against 2,000 ms at 500\/s/)
    expect(text).toMatch(/Not measured: .*`npm start`, warm, on 2 cores/)
    expect(text).not.toMatch(/NaN|undefined|–/)
  })

  it('has no sentence about what was not measured', () => {
    expect(summary(nothing, allGoals(nothing))).not.toMatch(/\*\*|NaN|undefined/)
  })
})
