import type { DrainRow } from '../sections/drain.ts'
import type { GrowthRow } from '../sections/growth.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import type { Goal } from './chapter.ts'
import { drainRate } from './drain-chapter.ts'
import { growthSteps } from './growth-chapter.ts'
import { highestHeld, latencyOf } from './latency-chapter.ts'
import { figure, table } from './text.ts'
import { orderRate } from './write-path-chapter.ts'

/** Half a page for a reader who has never seen the bench: what, on what, five figures, and what does not hold. */
export function summary(results: readonly Result[], goals: readonly Goal[]): string {
  const missed = goals.filter(({ held }) => !held)
  const rowsOf = <Row>(section: string) =>
    (results.find(result => result.section === section)?.rows ?? []) as readonly Row[]
  const lines = [
    ...latencyLines(rowsOf<LatencyRow>('latency')),
    writeLine(rowsOf<WritePathRow>('write-path')),
    drainLine(rowsOf<DrainRow>('drain')),
    growthLine(rowsOf<GrowthRow>('growth'))
  ]
  return `## In short

A client sends orders to \`POST /order\` at a fixed rate. Each order is committed to MySQL together with its event, Debezium reads the event
from the binlog, Kafka stores it, and the delivery service commits a delivery. Latency is the time from the first COMMIT to the second, as
MySQL's own binlog records both. ${machineText(results[0])}
So compare the figures with each other, not with those of other machines.

${table(['figure', 'this project', 'compared with'], lines)}

The rivals: Debezium with its default settings; Debezium's event router with a consumer that handles one event a transaction; a polling
outbox, which reads the table every 100 ms; and a dual write to MySQL and then to Kafka, which loses events in a crash.

${missed.length === 0 ? 'All goals were reached.' : `${missed.length} of ${goals.length} goals were not reached:`}

${missed.map(({ goal, wanted, measured }) => `- ${goal}: wanted ${wanted}, measured ${measured}.`).join('\n')}`.trimEnd()
}

function machineText(result: Result | undefined): string {
  if (result === undefined) return ''
  const { cores, cpu, memoryGb } = result.machine
  return `
MySQL, one Kafka broker, Kafka Connect, the services and the client shared one machine with ${cores} cores (${cpu}) and ${memoryGb} GB.`
}

type Line = readonly [what: string, ours: string, others: string]

function latencyLines(rows: readonly LatencyRow[]): readonly Line[] {
  const at = (variant: string) => {
    const [p50, p99] = (['p50', 'p99'] as const).map(each => latencyOf(rows, { variant, rate: 500 }, each))
    return `${figure(p50 ?? Number.NaN)} ms, 99 % within ${figure(p99 ?? Number.NaN)} ms`
  }
  return [
    [
      'Median latency at 500 orders/s',
      at('project'),
      `default Debezium settings: ${at('default')}; polling outbox: ${at('polling')}`
    ],
    [
      'Highest rate held (lowest and highest round)',
      `${highestHeld(rows, 'project')} orders/s`,
      `default Debezium settings: ${highestHeld(rows, 'default')}; polling outbox: ${highestHeld(rows, 'polling')}`
    ]
  ]
}

function writeLine(rows: readonly WritePathRow[]): Line {
  const [ours, without] = [orderRate(rows, 'delete'), orderRate(rows, 'no-event')]
  const share = `${figure((100 * ours) / without)} %`
  return [
    'Most orders that one order service takes',
    `${figure(ours)} orders/s`,
    `the same service without an event: ${figure(without)} orders/s, so ${share} remain`
  ]
}

function drainLine(rows: readonly DrainRow[]): Line {
  return [
    'Backlog, from MySQL into the delivery database',
    `${figure(drainRate(rows, 'pipeline'))} events/s`,
    `MySQL to Kafka alone: ${figure(drainRate(rows, 'kafka'))}; one event a transaction, from Kafka: ${figure(drainRate(rows, 'one-by-one'))}`
  ]
}

function growthLine(rows: readonly GrowthRow[]): Line {
  const [first, last] = [growthSteps(rows)[0], growthSteps(rows).at(-1)]
  return [
    `Median latency after ${figure(last?.passed ?? Number.NaN)} orders`,
    `${figure(last?.p50 ?? Number.NaN)} ms`,
    `after ${figure(first?.passed ?? Number.NaN)} orders: ${figure(first?.p50 ?? Number.NaN)} ms`
  ]
}
