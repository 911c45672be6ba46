import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats.ts'
import { variants } from '../variants/variants.ts'
import { type Chapter, picture } from './chapter.ts'
import { type Chart, lineChart } from './charts.ts'
import { cpuTogether, highestHeld, type Percentile, type Span, variantTitle } from './latency-figures.ts'
import { figure, spread, table } from './text.ts'

export function latencyChapter({ rows, plan }: Result<LatencyRow>): Chapter {
  const { seconds } = rows[0] ?? { seconds: 0 }
  const highest = [...new Set(rows.map(({ variant }) => variant))]
    .map(variant => `${variantTitle(variant)} ${highestHeld(rows, variant)}`)
    .join(', ')
  const text = `Milliseconds until the COMMIT of the delivery: from the COMMIT of the order, and from when the order was due, as its customer sees it.
Each is the median of ${plan.rounds} round(s) of ${seconds} s, with the lowest and the highest round in brackets. A rate is held when every
order is accepted, no request takes longer than 1 s from when it was due, and every delivery is committed within 2 s of its order. A round
ends at the first rate that isn't held.

${picture('latency-p50', 'median latency by rate')}

${picture('latency-p99', '99th percentile by rate')}

${latencyTable(rows)}

The highest rate held: ${highest}.

${cpuTable(rows)}`
  const charts = { 'latency-p50': chart(rows, 'p50'), 'latency-p99': chart(rows, 'p99') }
  return { heading: 'Latency, compared', text, charts }
}

const byRate = (rows: readonly LatencyRow[]) =>
  groupRounds(rows).toSorted((one, other) => one.first.rate - other.first.rate)

function groupRounds(rows: readonly LatencyRow[]): readonly { first: LatencyRow; rounds: readonly LatencyRow[] }[] {
  return [...Map.groupBy(rows, ({ variant, rate }) => `${variant} ${rate}`).values()].flatMap(rounds => {
    const [first] = rounds
    return first === undefined ? [] : [{ first, rounds }]
  })
}

function latencyTable(rows: readonly LatencyRow[]): string {
  const lines = byRate(rows).map(({ first, rounds }) => {
    const of = (span: Span, percentile: Percentile) => spread(rounds.map(row => row[span][percentile]))
    const notHeld = rounds.filter(({ held }) => !held).length
    return [
      figure(first.rate),
      variants.some(({ name, unsafe }) => name === first.variant && unsafe !== undefined)
        ? `${variantTitle(first.variant)} (unsafe)`
        : variantTitle(first.variant),
      of('delivery', 'p50'),
      of('delivery', 'p99'),
      of('delivery', 'max'),
      of('whole', 'p50'),
      of('whole', 'p99'),
      spread(rounds.map(({ request }) => request.p99)),
      notHeld === 0 ? 'yes' : `no, in ${notHeld} of ${rounds.length}`
    ]
  })
  const commit = ['p50', 'p99', 'max'].map(percentile => `commit → delivered ${percentile}`)
  const due = ['due → delivered p50', 'due → delivered p99', 'request p99']
  return table(['orders/s', 'what', ...commit, ...due, 'held'], lines)
}

function chart(rows: readonly LatencyRow[], percentile: Percentile): Chart {
  const points = groupRounds(rows.filter(row => row.held)).map(({ first, rounds }) => ({
    series: variantTitle(first.variant),
    x: first.rate,
    y: spreadOf(rounds.map(({ delivery }) => delivery[percentile])).median
  }))
  const words = percentile === 'p50' ? 'Median' : '99th percentile'
  return lineChart({ title: `${words}, COMMIT to COMMIT (ms)`, x: 'orders a second', y: 'ms, logarithmic' }, points)
}

/** By process: the median of the rounds. */
function cpuTable(rows: readonly LatencyRow[]): string {
  const processes = [...new Set(rows.flatMap(({ cpuPerThousand }) => Object.keys(cpuPerThousand)))]
  const lines = byRate(rows).map(({ first: { variant, rate }, rounds }) => {
    const cells = processes.map(process =>
      figure(spreadOf(rounds.flatMap(({ cpuPerThousand }) => cpuPerThousand[process] ?? [])).median)
    )
    return [figure(rate), variantTitle(variant), ...cells, spread(cpuTogether(rows, { variant, rate }))]
  })
  return `CPU milliseconds for 1,000 orders, without the client:

${table(['orders/s', 'what', ...processes, 'together'], lines)}`
}
