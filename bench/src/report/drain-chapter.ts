import type { DrainRow } from '../sections/drain.ts'
import { drains } from '../sections/drains.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats/summary.ts'
import { type Chapter, picture, type Verdict, verdict } from './chapter.ts'
import { barChart } from './svg.ts'
import { figure, spread, table } from './text.ts'

const titles: readonly (readonly [name: string, title: string])[] = [
  ['kafka', 'MySQL to Kafka alone'],
  ['pipeline', 'MySQL to the delivery database'],
  ...drains.map(({ name, title }) => [name, `Kafka to the database: ${title}`] as const),
  ['one-by-one', 'Kafka to the database: one event, one transaction']
]

export function drainChapter({ rows, plan }: Result<DrainRow>): Chapter {
  const known = titles.filter(([name]) => rows.some(({ drain }) => drain === name))
  const of = (name: string) => rows.filter(({ drain }) => drain === name)
  const lines = known.map(([name, title]) => [
    title,
    figure(of(name)[0]?.events ?? 0),
    spread(of(name).map(({ perSecond }) => perSecond)),
    cpuText(of(name).at(-1)?.cpu ?? {})
  ])
  const bars = known.map(([name, label]) => {
    const { median, least, most } = spreadOf(of(name).map(({ perSecond }) => perSecond))
    return { label: label.slice(0, 46), value: median, least, most }
  })
  const text = `Events that wait in the binlog (or, below, in the topic) when the readers start; the rate is from the first to the last that
arrived. ${plan.rounds} round(s) of the first two and the last; each other way once. The backlog was written by SQL, a hundred events in each
transaction.

${picture('drain', 'events a second by way of draining')}

${table(['what', 'events', 'events/s', 'CPU µs an event'], lines)}`
  const chart = barChart({ title: 'Draining a backlog, events a second', x: 'events a second' }, bars)
  return { heading: 'Draining a backlog', text, charts: { drain: chart } }
}

export function cpuText(cpu: Readonly<Record<string, number>>): string {
  return Object.entries(cpu)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ')
}

export function drainVerdicts({ rows }: Result<DrainRow>): readonly Verdict[] {
  const rate = (name: string) =>
    spreadOf(rows.filter(({ drain }) => drain === name).map(({ perSecond }) => perSecond)).median
  const [alone, through, oneByOne] = [rate('kafka'), rate('pipeline'), rate('one-by-one')]
  const best = Math.max(...drains.map(({ name }) => rate(name)).filter(Number.isFinite))
  return [
    verdict('Drain from MySQL into the delivery database', {
      wanted: '≥ 30,000 events/s',
      measured: `${figure(through)} events/s`,
      held: through >= 30_000
    }),
    verdict('The same, of what Debezium to Kafka alone reaches', {
      wanted: '≥ 70 %',
      measured: `${figure((100 * through) / alone)} % (${figure(through)} of ${figure(alone)})`,
      held: through / alone >= 0.7
    }),
    verdict('From Kafka into the database, the best way', {
      wanted: '≥ 30,000 events/s',
      measured: `${figure(best)} events/s`,
      held: best >= 30_000
    }),
    verdict('The delivery service against one event, one transaction', {
      wanted: '≥ 20 times',
      measured: `${figure(rate('as-is') / oneByOne)} times (${figure(rate('as-is'))} against ${figure(oneByOne)})`,
      held: rate('as-is') / oneByOne >= 20
    })
  ]
}
