import { expect, it } from 'vitest'
import { type RecordedRun, renderReport } from './render-report.ts'

const run: RecordedRun = {
  fault: 'mysqld-killed',
  tag: 'mysqld-killed-1',
  seed: 1,
  at: '2026-01-02T03:04:05.000Z',
  observed: 'killed',
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
const render = (...runs: RecordedRun[]) => renderReport(runs, { faults, elsewhere: ['a flood'], found: [] })

it('adds up the runs of a fault and gives the range of their times', () => {
  const text = render(run, { ...run, healMs: 9_876, quick: false })
  expect(text).toContain(
    '| mysqld: kill -9 | 2 (1 quick) | 3,000 | 0 | 0 | 0 | 0 | 1.2 s to 9.9 s (10.0 s) | 4.0 s | 4.5 s | 34 | 6 | supervisor |'
  )
  expect(text).toContain('| runs | 2, of 1 fault, with 3,000 events |')
  expect(text).toContain('| events lost, doubled, reordered, invented | 0, 0, 0, 0 |')
  expect(text).toContain('| half of the faults: 9.9 s or less; all: 9.9 s or less |')
  expect(text).toContain('- mysqld: kill -9: 10.0 s, because it is slow.')
  expect(text).not.toContain('did not pass')
})

it('shows losses, void runs and faults that were never run', () => {
  const lost = { ...run, outcome: 'failed', reason: 'lost order 1', counts: { ...run.counts, lost: 2 } } as const
  const text = render(lost, { ...run, outcome: 'void', reason: 'saved in /home/a/b/connect-config/x.json' })
  expect(text).toContain('| events lost, doubled, reordered, invented | 2, 0, 0, 0 |')
  expect(text).toContain('1 run failed. 1 run broke off and proved nothing.')
  expect(text).toContain('mysqld-killed, 2026-01-02T03:04:05Z: **failed**. lost order 1')
  expect(text).toContain('**void**. saved in connect-config/x.json.')
  expect(text).toContain('- the full lengths: 0 of 2 faults')
  const slow = render({ ...run, outcome: 'slow', reason: 'healed after 12.0 s, the bound was 10.0 s', busy: 4.5 })
  expect(slow).toContain('**slow**. healed after 12.0 s, the bound was 10.0 s. 5 processes competed for each core')
  expect(text).toContain('- something else\n')
  expect(text).toContain('- a flood')
})
