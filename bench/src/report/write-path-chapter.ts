import type { Result } from '../sections/section.ts'
import { type WritePathRow, writePaths } from '../sections/write-path.ts'
import { spreadOf } from '../stats.ts'
import { type Chapter, type Goal, picture } from './chapter.ts'
import { barChart } from './charts.ts'
import { figure, spread, table } from './text.ts'

export function writePathChapter({ rows, plan }: Result<WritePathRow>): Chapter {
  const known = writePaths.flatMap(path => {
    const own = rows.filter(row => row.path === path.name)
    return own.length === 0 ? [] : [{ ...path, own }]
  })
  const limit = orderRate(rows, 'no-event')
  const lines = known.map(({ name, title, unsafe, own }) => [
    unsafe === true ? `${title} (unsafe)` : title,
    spread(own.map(({ ordersPerSecond }) => ordersPerSecond)),
    `${figure((100 * orderRate(rows, name)) / limit)} %`,
    spread(own.map(({ orderServiceCpu }) => orderServiceCpu)),
    spread(own.map(({ mysqlCpu }) => mysqlCpu)),
    spread(own.map(({ request }) => request.p99)),
    String(own.reduce((sum, { failed }) => sum + failed, 0))
  ])
  const bars = known.map(({ title, own }) => {
    const { median, least, most } = spreadOf(own.map(({ ordersPerSecond }) => ordersPerSecond))
    return { label: title, value: median, least, most }
  })
  const cpu = ['order-service µs/order', 'mysqld µs/order']
  const head = ['what', 'orders/s', 'of no event', ...cpu, 'request p99 ms', 'failed']
  const text = `As many orders as one order service takes: 64 connections send again as soon as they have their answer. ${plan.rounds} round(s), with
Connect and the delivery service stopped. CPU is the user and system time of the process.

${picture('write-path', 'orders a second by write path')}

${table(head, lines)}`
  const chart = barChart({ title: 'POST /order, orders a second', x: 'orders a second' }, bars)
  return { heading: 'The write path', text, charts: { 'write-path': chart }, goals: writePathGoals(rows) }
}

/** Orders a second on one write path: the median of its rounds, NaN when it was not measured. */
export function orderRate(rows: readonly WritePathRow[], name: string): number {
  return spreadOf(rows.filter(({ path }) => path === name).map(({ ordersPerSecond }) => ordersPerSecond)).median
}

function writePathGoals(rows: readonly WritePathRow[]): readonly Goal[] {
  const safe = ['delete', 'blackhole', 'delete-one-trip', 'blackhole-one-trip']
  const best = safe
    .filter(name => Number.isFinite(orderRate(rows, name)))
    .reduce((one, other) => (orderRate(rows, other) > orderRate(rows, one) ? other : one), 'delete')
  const against = (name: string, than: string, least: number) => {
    const share = (100 * orderRate(rows, name)) / orderRate(rows, than)
    const rates = `${figure(orderRate(rows, name))} of ${figure(orderRate(rows, than))} orders/s`
    return { wanted: `≥ ${least} %`, measured: `${figure(share)} % (${rates})`, held: share >= least }
  }
  return [
    {
      goal: 'POST /order with the default store, against the same service without an event',
      ...against('delete', 'no-event', 60)
    },
    { goal: `POST /order with the best store and path (${best}), against the same`, ...against(best, 'no-event', 80) },
    { goal: 'The best store and path against a bare INSERT in one round trip', ...against(best, 'bare-insert', 80) }
  ]
}
