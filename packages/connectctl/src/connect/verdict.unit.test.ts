import { describe, expect, it } from 'vitest'
import type { ConnectorStatus } from './connect-api.ts'
import { type Evidence, isBroken, isHealthy, tasksInWords, verdictOf } from './verdict.ts'

function status(connector: string, ...tasks: string[]): ConnectorStatus {
  return {
    name: 'orders',
    type: 'source',
    connector: { state: connector as 'RUNNING', worker_id: 'w' },
    tasks: tasks.map((state, id) => ({ id, state: state as 'RUNNING', worker_id: 'w', trace: 'a.B: broken' }))
  }
}

const now = 1_000_000
const running = status('RUNNING', 'RUNNING')
const good = { sentAt: now - 300, ageMs: 300, fresh: true }
const old = { sentAt: now - 90_000, ageMs: 90_000, fresh: false }
const since = (ms: number) => ({ since: now - ms, forMs: ms })
const verdict = (evidence: Omit<Evidence, 'name'>) => verdictOf({ name: 'orders', ...evidence })

describe('the verdict', () => {
  it.each<[string, Omit<Evidence, 'name'>]>([
    ['flowing', { report: running, probe: good }],
    ['silent', { report: running, probe: old }],
    ['starting', { report: running, probe: old, startingForMs: 3_000 }],
    ['unknown', { report: running }],
    ['failed', { report: status('RUNNING', 'FAILED'), probe: old }],
    ['failed', { report: status('FAILED') }],
    ['missing', { report: 'missing', probe: old }],
    ['starting', { report: 'starting', probe: old }],
    ['unreachable', { report: 'unreachable', probe: old }],
    ['starting', { report: status('RUNNING'), probe: old }],
    ['starting', { report: status('RUNNING', 'UNASSIGNED'), probe: old }],
    ['paused', { report: status('PAUSED', 'PAUSED'), probe: good }],
    ['stopped', { report: status('STOPPED'), probe: old }],
    ['starting', { report: status('STOPPED'), probe: old, interrupted: true }],
    ['failed', { report: status('STOPPED'), unbegun: true }]
  ])('is %s for what Connect and the probe say', (state, evidence) => {
    expect(verdict(evidence).state).toBe(state)
  })

  it('is flowing when a probe came through that was sent after Connect reported trouble', () => {
    const sentLater = { report: 'unreachable', probe: good, reported: since(10_000) } as const
    expect(verdict(sentLater).state).toBe('flowing')
    const sentBefore = {
      ...sentLater,
      probe: { sentAt: now - 4_000, ageMs: 4_000, fresh: true },
      reported: since(3_000)
    }
    expect(verdict(sentBefore).state).toBe('unreachable')
  })

  it('doubts a worker that misses an answer for two seconds while probes are young, but not a failed task', () => {
    const young = { sentAt: now - 1_500, ageMs: 1_500, fresh: true }
    expect(verdict({ report: 'unreachable', probe: young, reported: since(1_000) }).state).toBe('flowing')
    expect(verdict({ report: status('RUNNING', 'FAILED'), probe: young, reported: since(1_000) }).state).toBe('failed')
  })

  it('names the obstacle when MySQL refuses the probe', () => {
    const obstacle = 'MySQL does not take the probe (ECONNREFUSED)'
    expect(verdict({ report: running, probe: { ...old, obstacle } })).toMatchObject({
      state: 'silent',
      reason: obstacle
    })
  })

  it('points to the runbook for a cause that no restart fixes', () => {
    const fatal = { cause: 'disk_full', summary: 'a disk is full', page: 'docs/runbook.md#disk-full' }
    expect(verdict({ report: running, probe: old, fatal }).advice).toBe('A disk is full. See docs/runbook.md#disk-full')
  })

  it('calls broken what flows no more, and healthy what flows or was halted by a person', () => {
    expect(isBroken(verdict({ report: running, probe: old }))).toBe(true)
    expect(isHealthy(verdict({ report: status('PAUSED', 'PAUSED'), probe: old }))).toBe(true)
    expect(isHealthy(verdict({ report: 'starting', probe: old }))).toBe(false)
  })
})

it('writes the number and the state of a task so that 0 does not read as a count', () => {
  expect(tasksInWords(running)).toBe('task 0: running')
  expect(tasksInWords(status('RUNNING'))).toBe('no task')
})
