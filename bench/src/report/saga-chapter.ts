import type { SagaRow } from '../sections/saga.ts'
import type { Result } from '../sections/section.ts'
import type { Chapter } from './chapter.ts'
import { type Goal, goalOf } from './goal.ts'
import { figure, spread, table } from './text.ts'

export function sagaChapter({ rows }: Result<SagaRow>): Chapter {
  const byRate = [...Map.groupBy(rows, ({ rate }) => rate)]
  const lines = byRate.map(([rate, own]) => {
    const of = (read: (row: SagaRow) => number) => spread(own.map(read))
    return [
      figure(rate),
      of(({ settlement }) => settlement.p50),
      of(({ settlement }) => settlement.p95),
      of(({ settlement }) => settlement.p99),
      of(({ settlement }) => settlement.max),
      `${figure(total(own, 'settled'))} of ${figure(total(own, 'asked'))}`
    ]
  })
  const text = `[Customers and orders](../examples/customers-and-orders/README.md): from when order-service writes an order until it writes whether the order
is approved. In between, the event goes through MySQL, Debezium and Kafka to customer-service, and the answer comes back the same way.
Both times are in the rows, by clocks of one machine. Every tenth order is rejected. It runs on ${rows[0]?.brokers ?? 1} brokers, as \`npm start -- customers-and-orders\` does,
beside the idle engines of the bench.

${table(['orders/s', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'settled'], lines)}`
  return { heading: 'An order until two services have agreed', text }
}

export function sagaGoals(result: Result<SagaRow> | undefined): readonly Goal[] {
  const words = {
    goal: 'Customers and orders: every order is settled within a second of when it was placed',
    wanted: '≤ 1,000 ms at every rate'
  }
  const slowestOf = (own: readonly SagaRow[]) => Math.max(...own.map(({ settlement }) => settlement.max))
  return [
    goalOf(words, result, ({ rows }) => {
      const open = total(rows, 'asked') - total(rows, 'settled')
      const slowest = [...Map.groupBy(rows, ({ rate }) => rate)].map(
        ([rate, own]) => `${figure(slowestOf(own))} ms at most at ${figure(rate)} orders/s`
      )
      return {
        measured: open === 0 ? slowest.join(', ') : `${open} orders weren't settled`,
        reached: open === 0 && slowestOf(rows) <= 1_000
      }
    })
  ]
}

const total = (rows: readonly SagaRow[], count: 'asked' | 'settled') => rows.reduce((sum, row) => sum + row[count], 0)
