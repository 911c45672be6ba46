import type { Result } from '../sections/section.ts'
import { type WritePathRow, writePaths } from '../sections/write-path.ts'
import { spreadOf } from '../stats.ts'
import { type Chapter, picture } from './chapter.ts'
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
  return { heading: 'The write path', text, charts: { 'write-path': chart } }
}

/** Orders a second on one write path: the median of its rounds, NaN when it was not measured. */
export function orderRate(rows: readonly WritePathRow[], name: string): number {
  return spreadOf(rows.filter(({ path }) => path === name).map(({ ordersPerSecond }) => ordersPerSecond)).median
}
