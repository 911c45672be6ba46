import { expect, it } from 'vitest'
import { type NotedRun, renderReport } from './render-report.ts'

const run: NotedRun = {
  fault: 'mysqld-killed',
  tag: 'mysqld-killed-1',
  seed: 1,
  at: '2026-01-02T03:04:05.000Z',
  bite: 'killed',
  outcome: 'passed',
  reason: 'killed',
  counts: { lost: 0, doubled: 0, reordered: 0, ghost: 0, broken: 0 },
  healMs: 1_234,
  silenceMs: 4_000,
  events: 1_500,
  refused: 17,
  absorbed: 3,
  parked: 0,
  longestWaitMs: 4_500,
  healedBy: 'supervisor',
  quick: true,
  pass: 1,
  versions: { mysql: '9', kafka: '4', debezium: '3', node: '24' }
}
const faults = [
  { name: 'mysqld-killed', title: 'mysqld: kill -9', healWithinMs: 10_000, because: 'it is slow' },
  { name: 'never-run', title: 'something else', healWithinMs: 10_000 }
]
const render = (...runs: NotedRun[]) => renderReport(runs, { faults, elsewhere: ['a flood'], found: [] })

it('sums the runs of a fault and gives the range of their times', () => {
  const text = render(run, { ...run, healMs: 9_876, quick: false })
  expect(text).toContain(
    '| mysqld: kill -9 | 2 (1 quick) | 3,000 | 0 | 0 | 0 | 0 | 1.2 s to 9.9 s (10.0 s) | 4.0 s | 4.5 s | 34 | 6 | supervisor |'
  )
  expect(text).toContain('**2 runs, 3,000 events: 0 lost, 0 doubled, 0 reordered, 0 without an order.**')
  expect(text).toContain('- mysqld: kill -9: 10.0 s, because it is slow.')
  expect(text).not.toContain('did not pass')
})

it('hides neither a loss nor a void run nor what was never run', () => {
  const lost = { ...run, outcome: 'failed', reason: 'lost order 1', counts: { ...run.counts, lost: 2 } } as const
  const text = render(lost, { ...run, outcome: 'void', reason: 'saved in /home/a/b/connect-config/x.json' })
  expect(text).toContain('1 runs, 1,500 events: 2 lost')
  expect(text).toContain('Void runs beside these: 1.')
  expect(text).toContain('mysqld-killed, 2026-01-02T03:04:05Z: **failed**. lost order 1')
  expect(text).toContain('**void**. saved in connect-config/x.json.')
  expect(text).toContain('- the full lengths: 0 of 2 faults')
  const slow = render({ ...run, outcome: 'slow', reason: 'healed after 12.0 s, the bound was 10.0 s', busy: 4.5 })
  expect(slow).toContain('**slow**. healed after 12.0 s, the bound was 10.0 s. The machine had 5 times as much to do')
  expect(text).toContain('- something else\n')
  expect(text).toContain('- a flood')
})
