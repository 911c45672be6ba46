import type { DrainRow } from '../sections/drain.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import { drainRate } from './drain-chapter.ts'
import { type Goal, type Origin, originText } from './goal.ts'
import { type Measured, resultOf } from './goals.ts'
import { cpuTogether, highestHeld, isMeasured, latencyOf, ratesHeldBy, variantTitle } from './latency-figures.ts'
import { startOf, startSentence } from './system-goals.ts'
import { figure, spread } from './text.ts'
import { orderRate } from './write-path-chapter.ts'

/** Half a page for a reader who has never seen the bench: what, five figures, against whom, on what, and what does not hold. */
export function summary(measured: Measured, goals: readonly Goal[]): string {
  return `## In short

A client sends orders to \`POST /order\` at a fixed rate. Each order is committed to MySQL together with its event, Debezium reads the event
from the binlog, Kafka stores it, and the delivery service commits a delivery. MySQL, one Kafka broker, Kafka Connect, the services and the
client share one machine, so compare the figures of one line with each other, not with those of other machines.

${sentences(measured).slice(0, 5).join('\n')}

The rivals: a polling outbox, which reads the table every 100 ms; a dual write to MySQL and then to Kafka, which loses events in a crash;
and, in some tables, Debezium with its default settings.

${missedText(goals)}`
}

function missedText(goals: readonly Goal[]): string {
  const missed = goals.flatMap(({ verdict, ...words }) => (verdict?.reached === false ? [{ ...words, verdict }] : []))
  const open = goals.filter(({ verdict }) => verdict === undefined)
  const known = goals.length - open.length
  const heading =
    missed.length === 0
      ? `Each of the ${known} goals that were measured is reached.`
      : `What does not hold: ${missed.length} of the ${known} goals that were measured are not reached.`
  const lines = missed.map(
    ({ goal, wanted, verdict: { measured, origin } }) =>
      `- ${goal}: wanted ${wanted}, measured ${measured} (${origin}).`
  )
  const unknown = open.length === 0 ? [] : [`Not measured: ${open.map(({ goal }) => goal).join('; ')}.`]
  return [heading, lines.join('\n'), ...unknown].filter(Boolean).join('\n\n')
}

/** The most telling first, those that were measured. */
function sentences(measured: Measured): readonly string[] {
  const latency = resultOf<LatencyRow>(measured, 'latency')
  const drain = resultOf<DrainRow>(measured, 'drain')
  const writePath = resultOf<WritePathRow>(measured, 'write-path')
  const start = startOf(measured.start)
  const about = <R extends Origin>(what: string, result: R | undefined, sentence: (own: R) => string | undefined) => {
    const text = result === undefined ? undefined : sentence(result)
    return result === undefined || text === undefined ? [] : [`- **${what}**: ${text} (${originText(result)}).`]
  }
  return [
    ...about('From when an order was due until it was delivered', latency, ({ rows }) => latencySentence(rows)),
    ...about('The highest rate held, in orders a second', latency, ({ rows }) => rateSentence(rows)),
    ...about('CPU of all processes for 1,000 orders', latency, ({ rows }) => cpuSentence(rows)),
    ...about('Start and rest', start, startSentence),
    ...about('A backlog', drain, ({ rows }) => drainSentence(rows)),
    ...about('The most that one order service takes', writePath, ({ rows }) => writeSentence(rows))
  ]
}

type Rows = readonly LatencyRow[]

const rivalsIn = (rows: Rows) => ['polling', 'dual-write'].filter(name => isMeasured(rows, name))

/** At the highest rate that this project and the polling outbox hold: there they differ most. */
function latencySentence(rows: Rows): string | undefined {
  const rate = ratesHeldBy(
    rows,
    ['project', 'polling'].filter(name => isMeasured(rows, name))
  ).at(-1)
  if (rate === undefined) return undefined
  const within = (variant: string) => {
    const ms = (percentile: 'p50' | 'p99') => figure(latencyOf(rows, { variant, rate }, ['whole', percentile]))
    return `${ms('p50')} ms in the median, 99 % within ${ms('p99')} ms`
  }
  const others = rivalsIn(rows)
    .filter(variant => rows.some(row => row.variant === variant && row.rate === rate))
    .map(variant => `; ${variantTitle(variant)}: ${within(variant)}`)
  return `at ${figure(rate)} orders/s ${within('project')}${others.join('')}`
}

function rateSentence(rows: Rows): string | undefined {
  if (!isMeasured(rows, 'project')) return undefined
  const others = rivalsIn(rows).map(variant => `; ${variantTitle(variant)}: ${highestHeld(rows, variant)}`)
  return `${highestHeld(rows, 'project')}${others.join('')}`
}

function cpuSentence(rows: Rows): string | undefined {
  const names = ['project', ...rivalsIn(rows)]
  const rate = ratesHeldBy(rows, names).at(-1)
  if (rate === undefined) return undefined
  const [ours, ...others] = names.map(
    variant =>
      `${variant === 'project' ? '' : `${variantTitle(variant)}: `}${spread(cpuTogether(rows, { variant, rate }))}`
  )
  return `${ours} ms at ${figure(rate)} orders/s${others.map(other => `; ${other}`).join('')}`
}

function drainSentence(rows: readonly DrainRow[]): string | undefined {
  const [through, alone] = [drainRate(rows, 'pipeline'), drainRate(rows, 'kafka')]
  if (Number.isNaN(through / alone)) return undefined
  return `${figure(through)} events/s pass from MySQL into the delivery database; from MySQL to Kafka alone: ${figure(alone)}`
}

function writeSentence(rows: readonly WritePathRow[]): string | undefined {
  const [ours, without] = [orderRate(rows, 'delete'), orderRate(rows, 'no-event')]
  if (Number.isNaN(ours / without)) return undefined
  return `${figure(ours)} orders/s; the same service without an event: ${figure(without)}, so ${figure((100 * ours) / without)} % remain`
}
