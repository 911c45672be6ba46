import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats.ts'
import { type Goal, goalOf, type Verdict } from './goal.ts'
import {
  cpuTogether,
  highestHeld,
  highestRates,
  holds,
  isMeasured,
  latencyOf,
  ratesHeldBy,
  variantTitle
} from './latency-figures.ts'
import { figure, spread, table } from './text.ts'

type Rows = readonly LatencyRow[]

const mostOfDualWrite = 1.2
const mostCpu = 2_000

export function latencyGoals(result: Result<LatencyRow> | undefined): readonly Goal[] {
  const judge = (names: readonly string[], verdict: (rows: Rows) => Verdict) => (own: Result<LatencyRow>) =>
    ['project', ...names].every(name => isMeasured(own.rows, name)) ? verdict(own.rows) : undefined
  return [
    goalOf(
      {
        goal: 'Due → delivered p99 against the polling outbox',
        wanted: 'lower at every rate that both hold'
      },
      result,
      judge(['polling'], dueAgainstPolling)
    ),
    goalOf(
      {
        goal: 'Commit → delivered p50 and p99 against the dual write, which is unsafe',
        wanted: `≤ ${mostOfDualWrite} × at every rate that both hold`
      },
      result,
      judge(['dual-write'], commitAgainstDualWrite)
    ),
    goalOf(
      { goal: 'The highest rate held, in orders a second', wanted: '≥ that of the polling outbox' },
      result,
      judge(['polling'], highestAgainstPolling)
    ),
    goalOf(
      { goal: 'CPU for 1,000 orders, all processes together', wanted: `≤ ${figure(mostCpu)} ms` },
      result,
      judge(['polling'], cpuForThousand)
    )
  ]
}

const noRate: Verdict = { measured: 'no rate that they all hold', reached: false }

function dueAgainstPolling(rows: Rows): Verdict {
  const rates = ratesHeldBy(rows, ['project', 'polling'])
  if (rates.length === 0) return noRate
  const p99 = (variant: string, rate: number) => latencyOf(rows, { variant, rate }, ['whole', 'p99'])
  const pairs = rates.map(rate => ({ rate, ours: p99('project', rate), theirs: p99('polling', rate) }))
  return {
    measured: pairs
      .map(({ rate, ours, theirs }) => `${figure(ours)} against ${figure(theirs)} ms at ${figure(rate)}/s`)
      .join(', '),
    reached: pairs.every(({ ours, theirs }) => ours < theirs)
  }
}

function commitAgainstDualWrite(rows: Rows): Verdict {
  const rates = ratesHeldBy(rows, ['project', 'dual-write'])
  if (rates.length === 0) return noRate
  const ratio = (rate: number, percentile: 'p50' | 'p99') => {
    const of = (variant: string) => latencyOf(rows, { variant, rate }, ['delivery', percentile])
    return of('project') / of('dual-write')
  }
  const pairs = rates.map(rate => ({ rate, p50: ratio(rate, 'p50'), p99: ratio(rate, 'p99') }))
  return {
    measured: pairs
      .map(({ rate, p50, p99 }) => `p50 ${figure(p50)} × and p99 ${figure(p99)} × at ${figure(rate)}/s`)
      .join(', '),
    reached: pairs.every(({ p50, p99 }) => p50 <= mostOfDualWrite && p99 <= mostOfDualWrite)
  }
}

function highestAgainstPolling(rows: Rows): Verdict {
  const highest = (variant: string) => spreadOf(highestRates(rows, variant)).median
  return {
    measured: `${highestHeld(rows, 'project')} against ${highestHeld(rows, 'polling')}`,
    reached: highest('project') > 0 && highest('project') >= highest('polling')
  }
}

/** At the highest rate that all hold, because each further order costs less than the ones before. */
function cpuForThousand(rows: Rows): Verdict {
  const names = ['project', 'polling', 'dual-write'].filter(name => isMeasured(rows, name))
  const rate = ratesHeldBy(rows, names).at(-1)
  if (rate === undefined) return noRate
  const cpu = (variant: string) => cpuTogether(rows, { variant, rate })
  return {
    measured: `${spread(cpu('project'))} ms at ${figure(rate)}/s; polling outbox ${spread(cpu('polling'))} ms`,
    reached: spreadOf(cpu('project')).median <= mostCpu
  }
}

/** Both spans at each rate that this project holds: the figures behind the goals. Empty where it holds none. */
export function bothSpans(rows: Rows): string {
  const spans = [
    ['delivery', 'p50'],
    ['delivery', 'p99'],
    ['whole', 'p50'],
    ['whole', 'p99']
  ] as const
  const lines = ratesHeldBy(rows, ['project']).flatMap(rate =>
    ['project', 'polling', 'dual-write']
      .filter(variant => rows.some(row => row.variant === variant && row.rate === rate))
      .map(variant => [
        figure(rate),
        variantTitle(variant),
        ...spans.map(span => figure(latencyOf(rows, { variant, rate }, span))),
        holds(rows, { variant, rate }) ? 'yes' : 'no'
      ])
  )
  if (lines.length === 0) return ''
  const from = ['commit → delivered', 'due → delivered']
  return table(['orders/s', 'what', ...from.flatMap(span => [`${span} p50 ms`, `${span} p99 ms`]), 'held'], lines)
}
