import type { Result } from '../sections/section.ts'
import type { WriterRow } from '../sections/writers.ts'
import { writerPaths } from '../writers/writer-paths.ts'
import type { Chapter } from './chapter.ts'
import { figure, spread, table } from './text.ts'

export function writersChapter({ rows }: Result<WriterRow>): Chapter {
  const lines = writerPaths.flatMap(({ name, title }) => {
    const own = rows.filter(({ path }) => path === name)
    if (own.length === 0) return []
    const of = (read: (row: WriterRow) => number) => spread(own.map(read))
    return [
      [
        title,
        of(row => row.transactionsPerSecond),
        of(row => row.commit.p50),
        of(row => row.arrival.p50),
        of(row => row.arrival.p95),
        of(row => row.arrival.p99),
        of(row => row.drainPerSecond)
      ]
    ]
  })
  const head = ['path', 'transactions/s', 'COMMIT p50 ms', 'arrival p50 ms', 'p95 ms', 'p99 ms', 'drains events/s']
  const text = `One process writes with the library: each transaction is an INSERT and one event. Transactions a second: 16 connections that write
again at once, with the connector stopped. Arrival: from when the COMMIT is sent to when a consumer has the record, at ${figure(rows[0]?.rate ?? 0)} transactions a
second, so it includes the COMMIT itself. Drain: a backlog of one event a transaction, from the database to Kafka. Each path has
its own database and connector; only one connector runs at a time.

${table(head, lines)}`
  return { heading: 'Ways to write', text }
}
