import { describe, expect, it } from 'vitest'
import type { ConnectorStatus } from '../connect-api.ts'
import { decide, defaultPolicy } from './decide.ts'
import type { Observation } from './decide.ts'

const now = 10_000_000

function status(connector: string, task: string, trace = ''): ConnectorStatus {
  return {
    name: 'orders',
    type: 'source',
    connector: { state: connector as 'RUNNING', worker_id: 'w' },
    tasks: [{ id: 0, state: task as 'RUNNING', worker_id: 'w', trace }]
  }
}

function seen(overrides: Partial<Observation> = {}): Observation {
  return {
    now,
    status: status('RUNNING', 'RUNNING'),
    mysqlSince: now - 600_000,
    kafkaSince: now - 600_000,
    connectBackAt: undefined,
    runningSince: now - 600_000,
    startingSince: undefined,
    lastArrivalAt: now - 500,
    probed: true,
    workerGoneSince: undefined,
    halfApplied: false,
    ...overrides
  }
}

const failed = status('RUNNING', 'FAILED', 'io.debezium.DebeziumException: Communications link failure')
const act = (overrides: Partial<Observation>, actions: readonly number[] = []) =>
  decide(seen(overrides), actions, defaultPolicy)

describe('what the keeper does', () => {
  it('leaves alone what flows', () => {
    expect(act({}).action).toBe('none')
  })

  it('restarts a failed task at once', () => {
    expect(act({ status: failed })).toMatchObject({
      action: 'restart',
      reason: expect.stringContaining('link failure')
    })
  })

  it('does not restart a failed task while MySQL takes no probe', () => {
    expect(act({ status: failed, mysqlSince: undefined })).toMatchObject({ action: 'none' })
  })

  it('restarts a failed task as soon as MySQL is back, however short ago it tried', () => {
    expect(act({ status: failed, mysqlSince: now - 100 }, [now - 500]).action).toBe('restart')
  })

  it('lets Connect move what ran on a worker that is gone, and does not wait for ever', () => {
    const lastArrivalAt = now - defaultPolicy.silentAfterMs - 1
    expect(act({ lastArrivalAt, workerGoneSince: now - 6_000 })).toMatchObject({
      action: 'none',
      reason: expect.stringContaining('worker')
    })
    expect(act({ lastArrivalAt, workerGoneSince: now - defaultPolicy.startGraceMs - 1 }).action).toBe('restart')
  })

  it('goes on with its own work that was broken off, though not with what somebody paused', () => {
    const stopped = status('STOPPED', 'STOPPED')
    expect(act({ status: stopped })).toMatchObject({ action: 'none', reason: 'stopped by hand' })
    expect(act({ status: stopped, halfApplied: true }).action).toBe('apply')
    expect(act({ status: stopped, halfApplied: true }, [now - 500, now - 100]).action).toBe('none')
    expect(act({ halfApplied: true }).action).toBe('apply')
    expect(act({ status: status('PAUSED', 'PAUSED'), halfApplied: true }).action).toBe('none')
  })

  it('restarts a connector that says RUNNING while nothing comes through', () => {
    const lastArrivalAt = now - defaultPolicy.silentAfterMs - 1
    expect(act({ lastArrivalAt })).toMatchObject({ action: 'restart', reason: expect.stringContaining('RUNNING') })
  })

  it('gives a connector that has just begun to run the time to flow', () => {
    expect(act({ lastArrivalAt: now - 60_000, runningSince: now - 1_000 }).action).toBe('none')
  })

  it('gives a worker that was started again the time to start the task that it says to run', () => {
    const lastArrivalAt = now - 60_000
    const graceMs = defaultPolicy.startGraceMs + defaultPolicy.silentAfterMs
    expect(act({ lastArrivalAt, connectBackAt: now - graceMs }).action).toBe('none')
    expect(act({ lastArrivalAt, connectBackAt: now - graceMs - 1 }).action).toBe('restart')
  })

  it('restarts a connector whose start hangs, and waits for one that is being moved', () => {
    const starting = { status: status('RUNNING', 'RESTARTING'), runningSince: undefined, lastArrivalAt: now - 60_000 }
    const startingSince = now - defaultPolicy.stuckAfterMs
    expect(act({ ...starting, startingSince }).action).toBe('none')
    expect(act({ ...starting, startingSince: startingSince - 1 })).toMatchObject({
      action: 'restart',
      reason: 'its start hangs for 30 s'
    })
    expect(act({ ...starting, startingSince: 0, mysqlSince: undefined }).action).toBe('none')
  })

  it('does not blame the connector for silence while MySQL or Kafka is away', () => {
    const lastArrivalAt = now - 60_000
    expect(act({ lastArrivalAt, mysqlSince: undefined }).action).toBe('none')
    expect(act({ lastArrivalAt, kafkaSince: undefined }).action).toBe('none')
  })

  it('applies a missing connector again', () => {
    expect(act({ status: 'missing' }).action).toBe('apply')
  })

  it.each(['PAUSED', 'STOPPED'])('leaves a connector alone that is %s by hand', state => {
    expect(act({ status: status(state, state), lastArrivalAt: 0 }).action).toBe('none')
  })

  it('does nothing while Connect does not answer', () => {
    expect(act({ status: 'unreachable' }).action).toBe('none')
  })
})

describe('restraint', () => {
  it('waits longer after each attempt that did not help', () => {
    const waits = [1, 2, 3, 4].map(attempts => {
      const actions = Array.from({ length: attempts }, (_, i) => now - 100_000 + i)
      const last = actions.at(-1) ?? 0
      const first = Array.from({ length: 60 }, (_, s) => s * 1_000).find(
        ms =>
          decide(seen({ now: last + ms, status: failed, lastArrivalAt: 0 }), actions, defaultPolicy).action ===
          'restart'
      )
      return first
    })
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000])
  })

  it('leaves a silent one longer after each restart, in case that it is only slow to start', () => {
    const silent = (actions: readonly number[]) => {
      const last = actions.at(-1) ?? 0
      const at = (ms: number) => seen({ now: last + ms, runningSince: last, lastArrivalAt: 0 })
      const seconds = Array.from({ length: 60 }, (_, second) => second)
      return seconds.find(second => decide(at(second * 1_000), actions, defaultPolicy).action === 'restart')
    }
    expect([[now], [now, now + 20_000], [now, now + 20_000, now + 60_000]].map(silent)).toEqual([17, 31, 31])
  })

  it('never acts more often than its budget, however long the trouble lasts', () => {
    const actions: number[] = []
    for (let time = now; time < now + defaultPolicy.budgetWindowMs; time += 500) {
      const { action } = decide(seen({ now: time, status: failed, lastArrivalAt: 0 }), actions, defaultPolicy)
      if (action === 'restart') actions.push(time)
    }
    expect(actions.length).toBeLessThanOrEqual(
      defaultPolicy.budget + defaultPolicy.budgetWindowMs / defaultPolicy.fatalRetryMs
    )
    expect(actions.filter(time => time < now + 60_000).length).toBeLessThanOrEqual(7)
  })

  it('tries a known fatal cause only now and then', () => {
    const trace = 'DebeziumException: ... but this is no longer available on the server. Reconfigure'
    const fatal = { status: status('RUNNING', 'FAILED', trace) }
    expect(act(fatal).fatal?.cause).toBe('binlog_purged')
    expect(act(fatal, [now - defaultPolicy.fatalRetryMs + 1]).action).toBe('none')
    expect(act(fatal, [now - defaultPolicy.fatalRetryMs]).action).toBe('restart')
  })
})
