import { describe, expect, it } from 'vitest'
import type { ConnectorStatus } from '../connect/connect-api.ts'
import { decide, defaultPolicy, type Observation } from './decide.ts'

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
    report: status('RUNNING', 'RUNNING'),
    engine: 'MySQL',
    isLoss: false,
    sourceSince: now - 600_000,
    kafkaSince: now - 600_000,
    kafkaObstacle: undefined,
    connectBackAt: undefined,
    runningSince: now - 600_000,
    startingSince: undefined,
    lastArrivalAt: now - 500,
    probed: true,
    workerGoneSince: undefined,
    interrupted: false,
    recoveringSince: undefined,
    ...overrides
  }
}

const failed = status('RUNNING', 'FAILED', 'io.debezium.DebeziumException: Communications link failure')
const act = (overrides: Partial<Observation>, actions: readonly number[] = []) =>
  decide(seen(overrides), actions, defaultPolicy)

describe('what the keeper does', () => {
  it('does nothing while events flow', () => {
    expect(act({}).action).toBe('none')
  })

  it('restarts a failed task at once', () => {
    expect(act({ report: failed })).toMatchObject({
      action: 'restart',
      reason: expect.stringContaining('link failure')
    })
  })

  it('does not restart a failed task while MySQL does not take the probe', () => {
    expect(act({ report: failed, sourceSince: undefined })).toMatchObject({ action: 'none' })
  })

  it('restarts a failed task as soon as MySQL is back, however short ago it tried', () => {
    expect(act({ report: failed, sourceSince: now - 100 }, [now - 500]).action).toBe('restart')
  })

  it('lets Connect move the tasks of a dead worker, and waits only a limited time', () => {
    const lastArrivalAt = now - defaultPolicy.silentAfterMs - 1
    expect(act({ lastArrivalAt, workerGoneSince: now - 6_000 })).toMatchObject({
      action: 'none',
      reason: expect.stringContaining('worker')
    })
    expect(act({ lastArrivalAt, workerGoneSince: now - defaultPolicy.startGraceMs - 1 }).action).toBe('restart')
  })

  it('finishes its own interrupted apply, but leaves a connector alone that a person paused', () => {
    const stopped = status('STOPPED', 'STOPPED')
    expect(act({ report: stopped })).toMatchObject({ action: 'none', reason: 'stopped by a person' })
    expect(act({ report: stopped, interrupted: true }).action).toBe('apply')
    expect(act({ report: stopped, interrupted: true }, [now - 500, now - 100]).action).toBe('none')
    expect(act({ interrupted: true }).action).toBe('apply')
    expect(act({ report: status('PAUSED', 'PAUSED'), interrupted: true }).action).toBe('none')
  })

  it('restarts a connector that is RUNNING while no event comes through', () => {
    const lastArrivalAt = now - defaultPolicy.silentAfterMs - 1
    expect(act({ lastArrivalAt })).toMatchObject({ action: 'restart', reason: expect.stringContaining('RUNNING') })
  })

  it('gives a connector that has just started time for its first event', () => {
    expect(act({ lastArrivalAt: now - 60_000, runningSince: now - 1_000 }).action).toBe('none')
  })

  it('gives a worker that was started again time to start the task that it already reports as RUNNING', () => {
    const lastArrivalAt = now - 60_000
    const graceMs = defaultPolicy.startGraceMs + defaultPolicy.silentAfterMs
    expect(act({ lastArrivalAt, connectBackAt: now - graceMs }).action).toBe('none')
    expect(act({ lastArrivalAt, connectBackAt: now - graceMs - 1 }).action).toBe('restart')
  })

  it('restarts a connector whose start takes too long, and waits for one that Connect moves', () => {
    const starting = { report: status('RUNNING', 'RESTARTING'), runningSince: undefined, lastArrivalAt: now - 60_000 }
    const startingSince = now - defaultPolicy.stuckAfterMs
    expect(act({ ...starting, startingSince }).action).toBe('none')
    expect(act({ ...starting, startingSince: startingSince - 1 })).toMatchObject({
      action: 'restart',
      reason: 'it has been starting for 30 s'
    })
    expect(act({ ...starting, startingSince: 0, sourceSince: undefined }).action).toBe('none')
  })

  it('leaves a connector alone that is being applied, and finishes an apply that was broken off', () => {
    for (const report of [failed, status('RUNNING', 'RUNNING'), status('RUNNING', 'UNASSIGNED')]) {
      const silent = { report, lastArrivalAt: now - 60_000, runningSince: now - 60_000, startingSince: now - 60_000 }
      expect(act({ ...silent, recoveringSince: now - 60_000 })).toMatchObject({
        action: 'none',
        reason: 'an apply of its file is under way'
      })
      expect(act({ ...silent, recoveringSince: now - defaultPolicy.applyGraceMs - 1 }).action).toBe('apply')
    }
  })

  it('does not restart a silent connector while MySQL or Kafka is away', () => {
    const lastArrivalAt = now - 60_000
    expect(act({ lastArrivalAt, sourceSince: undefined }).action).toBe('none')
    expect(act({ lastArrivalAt, kafkaSince: undefined })).toMatchObject({
      action: 'none',
      reason: 'Kafka does not answer'
    })
  })

  it('does not restart a connector whose probes it cannot read, and says why', () => {
    const blind = { lastArrivalAt: now - 60_000, kafkaSince: undefined, kafkaObstacle: 'there is no topic x' }
    expect(act(blind)).toMatchObject({ action: 'none', reason: 'there is no topic x' })
  })

  it('applies a missing connector again', () => {
    expect(act({ report: 'missing' }).action).toBe('apply')
  })

  it.each(['PAUSED', 'STOPPED'])('leaves a connector alone that a person has %s', state => {
    expect(act({ report: status(state, state), lastArrivalAt: 0 }).action).toBe('none')
  })

  it('does nothing while Connect does not answer', () => {
    expect(act({ report: 'unreachable' }).action).toBe('none')
  })
})

describe('how often the keeper acts', () => {
  it('waits longer after each attempt that did not help', () => {
    const waits = [1, 2, 3, 4].map(attempts => {
      const actions = Array.from({ length: attempts }, (_, i) => now - 100_000 + i)
      const last = actions.at(-1) ?? 0
      const first = Array.from({ length: 60 }, (_, s) => s * 1_000).find(
        ms =>
          decide(seen({ now: last + ms, report: failed, lastArrivalAt: 0 }), actions, defaultPolicy).action ===
          'restart'
      )
      return first
    })
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000])
  })

  it('waits longer for a silent connector after each restart, because a slow one needs time to start', () => {
    const silent = (actions: readonly number[]) => {
      const last = actions.at(-1) ?? 0
      const at = (ms: number) => seen({ now: last + ms, runningSince: last, lastArrivalAt: 0 })
      const seconds = Array.from({ length: 60 }, (_, second) => second)
      return seconds.find(second => decide(at(second * 1_000), actions, defaultPolicy).action === 'restart')
    }
    expect([[now], [now, now + 20_000], [now, now + 20_000, now + 60_000]].map(silent)).toEqual([17, 31, 31])
  })

  it('never acts more often than its budget allows', () => {
    const actions: number[] = []
    for (let time = now; time < now + defaultPolicy.budgetWindowMs; time += 500) {
      const { action } = decide(seen({ now: time, report: failed, lastArrivalAt: 0 }), actions, defaultPolicy)
      if (action === 'restart') actions.push(time)
    }
    expect(actions.length).toBeLessThanOrEqual(
      defaultPolicy.budget + defaultPolicy.budgetWindowMs / defaultPolicy.fatalRetryMs
    )
    expect(actions.filter(time => time < now + 60_000).length).toBeLessThanOrEqual(7)
  })

  it('retries a cause that no restart fixes only every 30 s', () => {
    const trace = 'DebeziumException: ... but this is no longer available on the server. Reconfigure'
    const fatal = { report: status('RUNNING', 'FAILED', trace) }
    expect(act(fatal).fatal?.cause).toBe('binlog_purged')
    expect(act(fatal, [now - defaultPolicy.fatalRetryMs + 1]).action).toBe('none')
    expect(act(fatal, [now - defaultPolicy.fatalRetryMs]).action).toBe('restart')
  })
})
