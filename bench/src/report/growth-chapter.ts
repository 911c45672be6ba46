import type { GrowthRow } from '../sections/growth.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats.ts'
import type { Chapter } from './chapter.ts'
import { cpuText } from './drain-chapter.ts'
import { type Goal, goalOf } from './goal.ts'
import { figure, spread, table } from './text.ts'

export function growthChapter({ rows, plan }: Result<GrowthRow>): Chapter {
  const steps = growthSteps(rows)
  const lines = steps.map(step => [
    figure(step.passed),
    spread(step.rows.map(({ delivery }) => delivery.p50)),
    spread(step.rows.map(({ delivery }) => delivery.p99)),
    spread(step.rows.map(({ request }) => request.p99)),
    step.passedPerSecond === 0 ? '–' : `${figure(step.passedPerSecond)}/s`,
    cpuText(step.memoryMb)
  ])
  const text = `Latency at 500 orders/s after so many orders. ${plan.quick ? 'Only the first of them' : 'The first million'} went through the whole pipeline. To save
time, SQL wrote the rest straight into the same tables (orders, deliveries, inbox). Memory is that of the last round.

${table(['orders passed', 'p50 ms', 'p99 ms', 'request p99 ms', 'through the pipeline at', 'memory MB'], lines)}`
  return { heading: 'Growth', text }
}

// A JVM's heap may fill up to its limit, and the garbage collector may not have run yet.
const noise = { share: 1.15, mb: 48 }

export function growthGoals(result: Result<GrowthRow> | undefined): readonly Goal[] {
  const steps = growthSteps(result?.rows ?? [])
  const [first, last, middle] = [steps[0], steps.at(-1), steps.at(-2)]
  if (first === undefined || last === undefined || middle === undefined) return []
  const change = (100 * last.p50) / first.p50 - 100
  const grown = Object.entries(last.memoryMb).filter(
    ([name, mb]) => mb > (middle.memoryMb[name] ?? 0) * noise.share + noise.mb
  )
  return [
    goalOf(
      {
        goal: `Median latency after ${figure(last.passed)} orders against the first ${figure(first.passed)}`,
        wanted: '≤ 10 % more'
      },
      result,
      () => ({
        measured: `${change < 0 ? '' : '+'}${figure(change)} % (${figure(last.p50)} against ${figure(first.p50)} ms)`,
        reached: change <= 10
      })
    ),
    goalOf(
      {
        goal: `Memory of each process after ${figure(last.passed)} orders against ${figure(middle.passed)}`,
        wanted: 'flat (15 % and 48 MB are noise)'
      },
      result,
      () => ({
        measured: grown.length === 0 ? 'flat' : grown.map(([name, mb]) => `${name} ${mb} MB`).join(', '),
        reached: grown.length === 0
      })
    )
  ]
}

/** The rounds after so many orders; memory and pace are those of the last round. */
type Step = Pick<GrowthRow, 'passed' | 'passedPerSecond' | 'memoryMb'> & {
  readonly rows: readonly GrowthRow[]
  readonly p50: number
}

function growthSteps(rows: readonly GrowthRow[]): readonly Step[] {
  return [...Map.groupBy(rows, ({ passed }) => passed).values()].flatMap(own => {
    const last = own.at(-1)
    const p50 = spreadOf(own.map(({ delivery }) => delivery.p50)).median
    return last === undefined ? [] : [{ ...last, rows: own, p50 }]
  })
}
