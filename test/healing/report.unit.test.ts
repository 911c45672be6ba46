import { expect, it } from 'vitest'
import { renderReport } from './report.ts'

const run = { case: 'black-hole', at: '2026-11-21T05:00:00.000Z', committed: 100, lost: 0, busy: 1.5, redMs: 4_600 }

it('shows the shortest, median and longest time, and lists runs that took longer than promised', () => {
  const runs = [
    { ...run, healedMs: 9_000, passed: true },
    { ...run, healedMs: 14_000, passed: true },
    { ...run, healedMs: 31_000, lost: 2, passed: false }
  ]
  const report = renderReport(runs, 'a machine.')
  expect(report).toContain('**3 runs, 300 orders committed, 2 lost.**')
  expect(report).toContain('| 30.0 s | 3 | 2 | 9.0 s, 14.0 s, **31.0 s** | 4.6 s, 4.6 s (10.0 s) | 1.5 |')
  expect(report).toContain('## Cases without a run\n\n- mysqld is killed, and starts again after 3 s')
  expect(report).toContain('- black-hole, 2026-11-21T05:00:00.000Z: healed after 31.0 s, 2 lost.')
})
