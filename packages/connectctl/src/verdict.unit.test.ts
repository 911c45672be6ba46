import { expect, it } from 'vitest'
import type { ConnectorStatus } from './connect-api.ts'
import { isBad, judge } from './verdict.ts'

function status(connector: string, ...tasks: string[]): ConnectorStatus {
  return {
    name: 'orders',
    type: 'source',
    connector: { state: connector as 'RUNNING', worker_id: 'w' },
    tasks: tasks.map((state, id) => ({ id, state: state as 'RUNNING', worker_id: 'w', trace: 'a.B: broken' }))
  }
}

const good = { ageMs: 300, healthy: true }
const bad = { ageMs: 90_000, healthy: false }

it.each([
  ['failed', status('RUNNING', 'FAILED'), good],
  ['failed', status('FAILED'), good],
  ['silent', status('RUNNING', 'RUNNING'), bad],
  ['waiting', status('RUNNING'), good],
  ['waiting', status('RUNNING', 'UNASSIGNED'), good],
  ['paused', status('PAUSED', 'PAUSED'), bad],
  ['stopped', status('STOPPED'), bad],
  ['running', status('RUNNING', 'RUNNING'), undefined],
  ['flowing', status('RUNNING', 'RUNNING'), good]
])('says %s, the worst of connector, tasks and flow', (verdict, seen, flow) => {
  expect(judge(seen, flow).verdict).toBe(verdict)
})

it('calls bad what needs somebody, not what somebody stopped', () => {
  expect(isBad(judge(status('RUNNING', 'RUNNING'), bad))).toBe(true)
  expect(isBad(judge(status('PAUSED', 'PAUSED'), bad))).toBe(false)
})
