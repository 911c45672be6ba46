import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats.ts'
import { variantNamed, variants } from '../variants/variants.ts'
import { type Chapter, type Goal, picture } from './chapter.ts'
import { type Chart, lineChart } from './charts.ts'
import { figure, spread, table } from './text.ts'

type Percentile = 'p50' | 'p95' | 'p99' | 'max'

export function latencyChapter({ rows, plan }: Result<LatencyRow>): Chapter {
  const { seconds } = rows[0] ?? { seconds: 0 }
  const highest = [...new Set(rows.map(({ variant }) => variant))]
    .map(variant => `${variantNamed(variant).title} ${highestHeld(rows, variant)}`)
    .join(', ')
  const text = `From the COMMIT of the order to the COMMIT of the delivery, in milliseconds: the median of ${plan.rounds} round(s) of ${seconds} s each, with
the lowest and the highest round in brackets. A rate is held when every order is accepted, no request takes longer than 1 s from when it was
due, and every delivery is committed within 2 s of its order.

${picture('latency-p50', 'median latency by rate')}

${picture('latency-p99', '99th percentile by rate')}

${latencyTable(rows)}

The highest rate held: ${highest}.

${cpuTable(rows)}`
  const charts = { 'latency-p50': chart(rows, 'p50'), 'latency-p99': chart(rows, 'p99') }
  return { heading: 'Latency, compared', text, charts, goals: latencyGoals(rows) }
}

function groupRounds(rows: readonly LatencyRow[]): readonly { first: LatencyRow; rounds: readonly LatencyRow[] }[] {
  return [...Map.groupBy(rows, ({ variant, rate }) => `${variant} ${rate}`).values()].flatMap(rounds => {
    const [first] = rounds
    return first === undefined ? [] : [{ first, rounds }]
  })
}

function latencyTable(rows: readonly LatencyRow[]): string {
  const lines = groupRounds(rows)
    .toSorted((one, other) => one.first.rate - other.first.rate)
    .map(({ first, rounds }) => {
      const { title, unsafe } = variantNamed(first.variant)
      const of = (percentile: Percentile) => spread(rounds.map(({ delivery }) => delivery[percentile]))
      const notHeld = rounds.filter(({ held }) => !held).length
      return [
        figure(first.rate),
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
  return table(head, lines)
}

function chart(rows: readonly LatencyRow[], percentile: Percentile): Chart {
  const points = groupRounds(rows.filter(row => row.held)).map(({ first, rounds }) => ({
    series: variantNamed(first.variant).title,
    x: first.rate,
    y: spreadOf(rounds.map(({ delivery }) => delivery[percentile])).median
  }))
  const words = percentile === 'p50' ? 'Median' : '99th percentile'
  return lineChart({ title: `${words}, COMMIT to COMMIT (ms)`, x: 'orders a second', y: 'ms, logarithmic' }, points)
}

/** The highest rate that a variant held, over the rounds. */
export function highestHeld(rows: readonly LatencyRow[], variant: string): string {
  const held = rows.filter(row => row.held && row.variant === variant)
  const highest = [...Map.groupBy(held, row => row.round).values()].map(own => Math.max(...own.map(({ rate }) => rate)))
  return highest.length === 0 ? 'none' : spread(highest)
}

/** CPU milliseconds for 1,000 orders at 1,000 orders/s, by process. */
function cpuTable(rows: readonly LatencyRow[]): string {
  const at = rows.filter(({ rate }) => rate === 1000)
  const processes = [...new Set(at.flatMap(({ cpuPerThousand }) => Object.keys(cpuPerThousand)))]
  const lines = variants.flatMap(({ name, title }) => {
    const last = at.findLast(({ variant }) => variant === name)
    if (last === undefined) return []
    const figures = processes.map(process => last.cpuPerThousand[process])
    const sum = figures.reduce<number>((total, each) => total + (each ?? 0), 0)
    return [[title, ...figures.map(each => (each === undefined ? '' : figure(each))), figure(sum)]]
  })
  return `CPU milliseconds for 1,000 orders at 1,000 orders/s, in the last round:

${table(['what', ...processes, 'together'], lines)}`
}

type About = { readonly variant: string; readonly rate: number }

/** One percentile of one variant at one rate: the median of its rounds, NaN when it was not measured. */
export function latencyOf(rows: readonly LatencyRow[], about: About, percentile: Percentile): number {
  return spreadOf(roundsOf(rows, about).map(({ delivery }) => delivery[percentile])).median
}

function latencyGoals(rows: readonly LatencyRow[]): readonly Goal[] {
  const at = (variant: string, percentile: Percentile) => latencyOf(rows, { variant, rate: 1000 }, percentile)
  const ratio = (percentile: 'p50' | 'p99', most: number) => {
    const [ours, theirs] = [at('project', percentile), at('default', percentile)]
    return {
      goal: `${percentile} at 1,000 orders/s against the default Debezium configuration`,
      wanted: `≤ 1/${most}`,
      measured: `1/${figure(theirs / ours)} (${figure(ours)} against ${figure(theirs)} ms)`,
      held: theirs / ours >= most
    }
  }
  const absolute = (percentile: 'p50' | 'p99', most: number) => ({
    goal: `${percentile} at 1,000 orders/s`,
    wanted: `≤ ${most} ms`,
    measured: `${figure(at('project', percentile))} ms`,
    held: at('project', percentile) <= most
  })
  return [ratio('p50', 60), ratio('p99', 30), absolute('p50', 4), absolute('p99', 15), fasterThanPolling(rows)]
}

function fasterThanPolling(rows: readonly LatencyRow[]): Goal {
  const measured = [...new Set(rows.filter(row => row.variant === 'polling').map(row => row.rate))]
  const rates = measured.filter(rate => holds(rows, { variant: 'polling', rate }))
  const faster = rates.filter(
    rate =>
      holds(rows, { variant: 'project', rate }) &&
      (['p50', 'p99'] as const).every(
        percentile =>
          latencyOf(rows, { variant: 'project', rate }, percentile) <
          latencyOf(rows, { variant: 'polling', rate }, percentile)
      )
  )
  return {
    goal: 'Lower latency than the polling outbox at every rate that the polling outbox holds',
    wanted: `at ${rates.map(figure).join(', ')} orders/s`,
    measured: `at ${faster.map(figure).join(', ') || 'none'}`,
    held: rates.length > 0 && faster.length === rates.length
  }
}

/** Whether a rate was held in most rounds: a low latency doesn't count where orders are refused or late. */
function holds(rows: readonly LatencyRow[], about: About): boolean {
  const own = roundsOf(rows, about)
  return own.filter(({ held }) => held).length * 2 > own.length
}

function roundsOf(rows: readonly LatencyRow[], { variant, rate }: About): readonly LatencyRow[] {
  return rows.filter(row => row.variant === variant && row.rate === rate)
}
