import type { Result } from '../sections/section.ts'
import { type WritePathRow, writePaths } from '../sections/write-path.ts'
import { spreadOf } from '../stats/summary.ts'
import { type Chapter, picture, type Verdict, verdict } from './chapter.ts'
import { barChart } from './svg.ts'
import { figure, spread, table } from './text.ts'

export function writePathChapter({ rows, plan }: Result<WritePathRow>): Chapter {
  const of = (name: string) => rows.filter(({ path }) => path === name)
  const known = writePaths.filter(({ name }) => of(name).length > 0)
  const limit = rate(rows, 'no-event')
  const lines = known.map(({ name, title, unsafe }) => [
    unsafe === true ? `${title} (unsafe)` : title,
    spread(of(name).map(({ ordersPerSecond }) => ordersPerSecond)),
    `${figure((100 * rate(rows, name)) / limit)} %`,
    spread(of(name).map(({ orderServiceCpu }) => orderServiceCpu)),
    spread(of(name).map(({ mysqlCpu }) => mysqlCpu)),
    spread(of(name).map(({ request }) => request.p99)),
    String(of(name).reduce((sum, { failed }) => sum + failed, 0))
  ])
  const bars = known.map(({ name, title }) => {
    const { median, least, most } = spreadOf(of(name).map(({ ordersPerSecond }) => ordersPerSecond))
    return { label: title, value: median, least, most }
  })
  const head = [
    'what',
    'orders/s',
    'of no event',
    'order-service µs/order',
    'mysqld µs/order',
    'request p99 ms',
    'failed'
  ]
  const text = `As many orders as one order service takes: 64 connections that ask again as soon as they are answered, ${plan.rounds} round(s),
Connect and the delivery service at rest. CPU is user and system time of the process for one order.

${picture('write-path', 'orders a second by write path')}

${table(head, lines)}`
  return {
    heading: 'The write path',
    text,
    charts: { 'write-path': barChart({ title: 'POST /order, orders a second', x: 'orders a second' }, bars) }
  }
}

function rate(rows: readonly WritePathRow[], name: string): number {
  return spreadOf(rows.filter(({ path }) => path === name).map(({ ordersPerSecond }) => ordersPerSecond)).median
}

export function writePathVerdicts({ rows }: Result<WritePathRow>): readonly Verdict[] {
  const stores = ['delete', 'blackhole', 'delete-one-trip', 'blackhole-one-trip']
  const measured = stores.filter(name => Number.isFinite(rate(rows, name)))
  const best = measured.toSorted((a, b) => rate(rows, b) - rate(rows, a))[0] ?? ''
  const against = (name: string, than: string, least: number) => {
    const share = (100 * rate(rows, name)) / rate(rows, than)
    return {
      wanted: `≥ ${least} %`,
      measured: `${figure(share)} % (${figure(rate(rows, name))} of ${figure(rate(rows, than))} orders/s)`,
      held: share >= least
    }
  }
  return [
    verdict('POST /order, default store, of the same service without an event', against('delete', 'no-event', 60)),
    verdict(
      `POST /order, best store and path (${best}), of the same service without an event`,
      against(best, 'no-event', 80)
    ),
    verdict(`The same against a bare INSERT in one round trip`, against(best, 'bare-insert', 80))
  ]
}
