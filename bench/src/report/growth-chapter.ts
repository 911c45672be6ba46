import type { GrowthRow } from '../sections/growth.ts'
import type { Result } from '../sections/section.ts'
import { type Chapter, type Verdict, verdict } from './chapter.ts'
import { cpuText } from './drain-chapter.ts'
import { figure, table } from './text.ts'

export function growthChapter({ rows, plan }: Result<GrowthRow>): Chapter {
  const lines = rows.map(({ passed, delivery, request, memoryMb, passedPerSecond }) => [
    figure(passed),
    figure(delivery.p50),
    figure(delivery.p99),
    figure(request.p99),
    passedPerSecond === 0 ? '–' : `${figure(passedPerSecond)}/s`,
    cpuText(memoryMb)
  ])
  const through = plan.quick ? 'Only the first of them' : 'The first million'
  const text = `Latency at 500 orders/s after so many orders. ${through} went through the whole pipeline; those beyond are rows in
the same tables (orders, deliveries, inbox) that were written by SQL beside the pipeline, because the time of a run is bounded.

${table(['orders passed', 'p50 ms', 'p99 ms', 'request p99 ms', 'through the pipeline at', 'memory MB'], lines)}`
  return { heading: 'Growth', text, charts: {} }
}

export function growthVerdicts({ rows }: Result<GrowthRow>): readonly Verdict[] {
  const [first, last] = [rows[0], rows.at(-1)]
  const change = (100 * (last?.delivery.p50 ?? Number.NaN)) / (first?.delivery.p50 ?? Number.NaN) - 100
  return [
    verdict(`Latency (p50) after ${figure(last?.passed ?? 0)} orders against the first ${figure(first?.passed ?? 0)}`, {
      wanted: '≤ 10 % more',
      measured: `${change < 0 ? '' : '+'}${figure(change)} % (${figure(last?.delivery.p50 ?? Number.NaN)} against ${figure(first?.delivery.p50 ?? Number.NaN)} ms)`,
      held: change <= 10
    })
  ]
}
