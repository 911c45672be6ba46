import { type DrainRow, drains } from '../sections/drain.ts'
import type { Result } from '../sections/section.ts'
import { spreadOf } from '../stats.ts'
import { type Chapter, picture } from './chapter.ts'
import { barChart } from './charts.ts'
import { figure, spread, table } from './text.ts'

const titles: readonly (readonly [name: string, title: string])[] = [
  ['kafka', 'MySQL to Kafka alone'],
  ['pipeline', 'MySQL to the delivery database'],
  ...drains.map(({ name, title }) => [name, `Kafka to the database: ${title}`] as const),
  ['one-by-one', 'Kafka to the database: one event, one transaction']
]

export function drainChapter({ rows, plan }: Result<DrainRow>): Chapter {
  const known = titles.flatMap(([name, title]) => {
    const own = rows.filter(({ drain }) => drain === name)
    return own.length === 0 ? [] : [{ title, own, rates: own.map(({ perSecond }) => perSecond) }]
  })
  const lines = known.map(({ title, own, rates }) => [
    title,
    figure(own[0]?.events ?? 0),
    spread(rates),
    cpuText(own.at(-1)?.cpu ?? {})
  ])
  const bars = known.map(({ title, rates }) => {
    const { median, least, most } = spreadOf(rates)
    return { label: title, value: median, least, most }
  })
  const text = `Events that wait in the binlog, or in the topic, when the readers start. SQL wrote them, a hundred in each transaction. The rate counts
from the first event that arrived to the last. ${plan.rounds} round(s) of the first two ways and of the last; one of each other way.

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

/** Events a second of one way to drain: the median of its rounds, NaN when it was not measured. */
export function drainRate(rows: readonly DrainRow[], name: string): number {
  return spreadOf(rows.filter(({ drain }) => drain === name).map(({ perSecond }) => perSecond)).median
}
