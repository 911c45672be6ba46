import type { GrowthRow } from '../sections/growth.ts'
import type { Result } from '../sections/section.ts'
import { groupBy } from '../stats/by.ts'
import { spreadOf } from '../stats/summary.ts'
import { type Chapter, type Verdict, verdict } from './chapter.ts'
import { cpuText } from './drain-chapter.ts'
import { figure, spread, table } from './text.ts'

export function growthChapter({ rows, plan }: Result<GrowthRow>): Chapter {
  const lines = steps(rows).map(step => [
    figure(step.passed),
    spread(step.rows.map(({ delivery }) => delivery.p50)),
    spread(step.rows.map(({ delivery }) => delivery.p99)),
    spread(step.rows.map(({ request }) => request.p99)),
    step.passedPerSecond === 0 ? '–' : `${figure(step.passedPerSecond)}/s`,
    cpuText(step.memoryMb)
  ])
  const through = plan.quick ? 'Only the first of them' : 'The first million'
  const text = `Latency at 500 orders/s after so many orders. ${through} went through the whole pipeline; those beyond are rows in
the same tables (orders, deliveries, inbox) that were written by SQL beside the pipeline, because the time of a run is bounded.
Memory is that of the last round.

${table(['orders passed', 'p50 ms', 'p99 ms', 'request p99 ms', 'through the pipeline at', 'memory MB'], lines)}`
  return { heading: 'Growth', text, charts: {} }
}

// Where a heap that is told its bound may still fill up to it, and a garbage collector that has not run yet.
const noise = { share: 1.15, mb: 48 }

export function growthVerdicts({ rows }: Result<GrowthRow>): readonly Verdict[] {
  const all = steps(rows)
  const [first, last, middle] = [all[0], all.at(-1), all.at(-2)]
  if (first === undefined || last === undefined || middle === undefined) return []
  const [from, to] = [medianOf(first), medianOf(last)]
  const change = (100 * to) / from - 100
  const grown = Object.entries(last.memoryMb).filter(
    ([name, mb]) => mb > (middle.memoryMb[name] ?? 0) * noise.share + noise.mb
  )
  return [
    verdict(`Latency (p50) after ${figure(last.passed)} orders against the first ${figure(first.passed)}`, {
      wanted: '≤ 10 % more',
      measured: `${change < 0 ? '' : '+'}${figure(change)} % (${figure(to)} against ${figure(from)} ms)`,
      held: change <= 10
    }),
    verdict(`Memory after ${figure(last.passed)} orders against ${figure(middle.passed)}, each process`, {
      wanted: 'flat (15 % and 48 MB are noise)',
      measured: grown.length === 0 ? 'flat' : grown.map(([name, mb]) => `${name} ${mb} MB`).join(', '),
      held: grown.length === 0
    })
  ]
}

type Step = {
  readonly passed: number
  readonly passedPerSecond: number
  readonly memoryMb: GrowthRow['memoryMb']
  readonly rows: readonly GrowthRow[]
}

function medianOf({ rows }: Step): number {
  return spreadOf(rows.map(({ delivery }) => delivery.p50)).median
}

function steps(rows: readonly GrowthRow[]): readonly Step[] {
  return [...groupBy(rows, ({ passed }) => String(passed)).values()].flatMap(own => {
    const last = own.at(-1)
    return last === undefined ? [] : [{ ...last, rows: own }]
  })
}
