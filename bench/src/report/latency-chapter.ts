import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { groupBy } from '../stats/by.ts'
import { spreadOf } from '../stats/summary.ts'
import { variantNamed } from '../variants/variants.ts'
import { cpuTable } from './cost-chapter.ts'
import { type Chapter, picture, type Verdict, verdict } from './chapter.ts'
import { lineChart, type Series } from './svg.ts'
import { figure, spread, table } from './text.ts'

type Percentile = 'p50' | 'p95' | 'p99' | 'max'

export function latencyChapter(result: Result<LatencyRow>): Chapter {
  const groups = groupBy(result.rows, row => `${row.variant} ${row.rate}`)
  const rows = [...groups.values()]
    .toSorted((a, b) => (a[0]?.rate ?? 0) - (b[0]?.rate ?? 0))
    .map(rounds => {
      const [first] = rounds
      const { title, unsafe } = variantNamed(first?.variant ?? '')
      const of = (percentile: Percentile) => spread(rounds.map(({ delivery }) => delivery[percentile]))
      const notHeld = rounds.filter(({ held }) => !held).length
      return [
        figure(first?.rate ?? 0),
        unsafe === undefined ? title : `${title} (unsafe)`,
        of('p50'),
        of('p95'),
        of('p99'),
        of('max'),
        spread(rounds.map(({ request }) => request.p99)),
        spread(rounds.map(({ whole }) => whole.p99)),
        notHeld === 0 ? 'yes' : `no, in ${notHeld} of ${rounds.length}`
      ]
    })
  const head = ['orders/s', 'what', 'p50', 'p95', 'p99', 'max', 'request p99', 'due to delivered p99', 'held']
  const { seconds } = result.rows[0] ?? { seconds: 0 }
  const text = `From the order's COMMIT to the delivery's COMMIT, in milliseconds: the median of ${result.plan.rounds} round(s) of ${seconds} s each, and
from where to where the rounds lie. Held: every order accepted, no request later than 1 s, every delivery within 2 s.

${picture('latency-p50', 'median latency by rate')}

${picture('latency-p99', '99th percentile by rate')}

${table(head, rows)}

The highest rate held: ${highestHeld(result.rows)}.

${cpuTable(result.rows)}`
  const charts = { 'latency-p50': chart(result.rows, 'p50'), 'latency-p99': chart(result.rows, 'p99') }
  return { heading: 'Latency, beside the rivals', text, charts }
}

function chart(rows: readonly LatencyRow[], percentile: Percentile): string {
  const held = rows.filter(row => row.held)
  const series: Series[] = [...groupBy(held, row => row.variant)].map(([variant, own]) => ({
    name: variantNamed(variant).title.slice(0, 34),
    points: [...groupBy(own, row => String(row.rate))]
      .map(
        ([rate, rounds]) => [Number(rate), spreadOf(rounds.map(({ delivery }) => delivery[percentile])).median] as const
      )
      .toSorted(([a], [b]) => a - b)
  }))
  const words = percentile === 'p50' ? 'Median' : '99th percentile'
  return lineChart({ title: `${words}, COMMIT to COMMIT (ms)`, x: 'orders a second', y: 'ms, logarithmic' }, series)
}

function highestHeld(rows: readonly LatencyRow[]): string {
  return [...groupBy(rows, row => row.variant)]
    .map(([variant, own]) => {
      const rounds = [
        ...groupBy(
          own.filter(row => row.held),
          row => String(row.round)
        ).values()
      ]
      const most = rounds.map(round => Math.max(...round.map(({ rate }) => rate)))
      return `${variantNamed(variant).title} ${most.length === 0 ? 'none' : spread(most)}`
    })
    .join(', ')
}

/** One figure of one variant at one rate, over the rounds; NaN when it was not measured. */
export function median(
  rows: readonly LatencyRow[],
  about: { variant: string; rate: number; percentile: Percentile }
): number {
  const own = roundsOf(rows, about)
  return spreadOf(own.map(({ delivery }) => delivery[about.percentile])).median
}

export function latencyVerdicts({ rows }: Result<LatencyRow>): readonly Verdict[] {
  const at = (variant: string, percentile: Percentile) => median(rows, { variant, rate: 1000, percentile })
  const ratio = (percentile: 'p50' | 'p99', most: number) => {
    const ours = at('project', percentile)
    const theirs = at('default', percentile)
    return verdict(`${percentile} at 1,000 orders/s against the default Debezium configuration`, {
      wanted: `≤ 1/${most}`,
      measured: `1/${figure(theirs / ours)} (${figure(ours)} against ${figure(theirs)} ms)`,
      held: theirs / ours >= most
    })
  }
  const absolute = (percentile: 'p50' | 'p99', most: number) =>
    verdict(`${percentile} at 1,000 orders/s`, {
      wanted: `≤ ${most} ms`,
      measured: `${figure(at('project', percentile))} ms`,
      held: at('project', percentile) <= most
    })
  return [ratio('p50', 60), ratio('p99', 30), absolute('p50', 4), absolute('p99', 15), beatsPolling(rows)]
}

function beatsPolling(rows: readonly LatencyRow[]): Verdict {
  const measured = [...new Set(rows.filter(row => row.variant === 'polling').map(row => row.rate))]
  const rates = measured.filter(rate => holds(rows, { variant: 'polling', rate }))
  const lower = rates.filter(
    rate =>
      holds(rows, { variant: 'project', rate }) &&
      (['p50', 'p99'] as const).every(
        percentile =>
          median(rows, { variant: 'project', rate, percentile }) <
          median(rows, { variant: 'polling', rate, percentile })
      )
  )
  return verdict('Lower latency than the polling outbox at every rate that it holds (or five times its rate)', {
    wanted: `at ${rates.map(figure).join(', ')} orders/s`,
    measured: `at ${lower.map(figure).join(', ') || 'none'}`,
    held: rates.length > 0 && lower.length === rates.length
  })
}

/** In most of its rounds: what is delivered soon does not count where orders are refused or late. */
function holds(rows: readonly LatencyRow[], about: { variant: string; rate: number }): boolean {
  const own = roundsOf(rows, about)
  return own.filter(({ held }) => held).length * 2 > own.length
}

function roundsOf(rows: readonly LatencyRow[], { variant, rate }: { variant: string; rate: number }) {
  return rows.filter(row => row.variant === variant && row.rate === rate)
}
