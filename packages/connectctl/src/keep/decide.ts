import { causeInTrace, type ConnectReport, failedPart } from '../connect/verdict.ts'
import type { Engine } from '../settings/engine.ts'
import { type FatalCause, fatalCauseIn } from './fatal-causes.ts'

/** What the keeper knows of one connector at one moment. Times are those of its own clock, in milliseconds. */
export type Observation = {
  readonly now: number
  readonly report: ConnectReport
  /** Why Connect refuses to report. */
  readonly refusal?: string | undefined
  /** The database that it reads. */
  readonly engine: Engine
  /** Since when the database takes probes, and they can be read from Kafka; undefined while that is not so. */
  readonly sourceSince: number | undefined
  readonly kafkaSince: number | undefined
  /** Why probes can't be read. */
  readonly kafkaObstacle: string | undefined
  /** When Connect answered again after it had not; undefined when it always did. */
  readonly connectBackAt: number | undefined
  /** Since when every task says RUNNING, on the workers where they are now. */
  readonly runningSince: number | undefined
  /** Since when it neither runs nor has failed, such as while it is started or moved. */
  readonly startingSince: number | undefined
  /** When a probe last came through; undefined where no probe can be sent. */
  readonly lastArrivalAt: number | undefined
  readonly probed: boolean
  /** Since when a worker that has a part of it takes no connection; undefined while all do, or when it was not checked. */
  readonly workerGoneSince: number | undefined
  /** Whether the database no longer has what comes next: a restart would hide that. */
  readonly isLoss: boolean
  /** Whether a run of `apply` was interrupted: it may be stopped, or run with settings other than its file's. */
  readonly interrupted: boolean
  /** Since when it runs in Debezium's recovery mode, in which `apply` starts it; undefined while it doesn't. */
  readonly recoveringSince: number | undefined
}

export const defaultPolicy = {
  silentAfterMs: 8_000,
  /** A worker that was started again first reports the old RUNNING, and only then begins to start the task. */
  startGraceMs: 15_000,
  /** A start that takes longer hangs, and Connect itself has no bound for it. */
  stuckAfterMs: 30_000,
  /** An apply that takes longer was broken off. */
  applyGraceMs: 120_000,
  firstBackoffMs: 2_000,
  longestBackoffMs: 30_000,
  /** No more than this many actions within the window; after that, one for each `fatalRetryMs`. */
  budget: 20,
  budgetWindowMs: 600_000,
  fatalRetryMs: 30_000
}
export type Policy = Readonly<typeof defaultPolicy>

export type Decision = {
  readonly action: 'none' | 'restart' | 'apply'
  readonly reason: string
  readonly fatal?: FatalCause
}

/** What to do now, given what was done before (the times of earlier actions, oldest first). Pure. */
export function decide(seen: Observation, actions: readonly number[], policy: Policy): Decision {
  const decision = decideByReport({ seen, actions, policy })
  if (decision.action !== 'restart' || !seen.isLoss) return decision
  return { ...decision, action: 'none', reason: `${decision.reason}; a restart would hide what is lost` }
}

function decideByReport(situation: Situation): Decision {
  const { seen, policy } = situation
  const { report } = seen
  if (report === 'unreachable') return none(seen.refusal ?? 'Kafka Connect does not answer')
  if (report === 'starting') return none('Kafka Connect is still starting')
  if (report === 'missing') return attempt('apply', 'the connector does not exist', situation)
  const { state } = report.connector
  const interrupted = 'applying its file was interrupted'
  if (state === 'STOPPED' && seen.interrupted) return attempt('apply', interrupted, situation)
  if (state === 'PAUSED' || state === 'STOPPED') return none(`${state.toLowerCase()} by a person`)
  if (seen.recoveringSince !== undefined && !seen.interrupted) {
    if (seen.now - seen.recoveringSince <= policy.applyGraceMs) return none('an apply of its file is under way')
    return attempt('apply', interrupted, situation)
  }
  const failed = failedPart(report)
  if (failed) return decideFailed(failed.trace ?? '', situation)
  if (seen.interrupted) return attempt('apply', interrupted, situation)
  if (seen.runningSince === undefined) return decideStarting(situation)
  return decideRunning(situation)
}

type Situation = { readonly seen: Observation; readonly actions: readonly number[]; readonly policy: Policy }

/** Restarts it or applies its file, as soon as that can help. */
function attempt(action: 'restart' | 'apply', reason: string, situation: Situation): Decision {
  if (waitsForSource(situation)) return none(`${reason}; waiting for ${situation.seen.engine} to answer`)
  return withinBudget({ action, reason }, situation)
}

function none(reason: string): Decision {
  return { action: 'none', reason }
}

/** Connect validates and starts a connector by logging in to its database: before that answers, an attempt only fails. */
function waitsForSource({ seen }: Situation): boolean {
  return seen.probed && seen.sourceSince === undefined
}

function decideFailed(trace: string, situation: Situation): Decision {
  const reason = `task failed: ${causeInTrace(trace)}`
  const fatal = fatalCauseIn(trace, situation.seen.engine)
  if (fatal) {
    const due = isDue(situation, situation.policy.fatalRetryMs)
    return { action: due ? 'restart' : 'none', reason, fatal }
  }
  return attempt('restart', reason, situation)
}

function decideStarting(situation: Situation): Decision {
  const { seen, actions, policy } = situation
  const startingMs = seen.now - Math.max(seen.startingSince ?? seen.now, seen.sourceSince ?? 0, actions.at(-1) ?? 0)
  if (waitsForSource(situation) || startingMs <= policy.stuckAfterMs) return none('Connect is starting or moving it')
  const reason = `it has been starting for ${Math.round(startingMs / 1000)} s`
  return withinBudget({ action: 'restart', reason }, situation)
}

function decideRunning(situation: Situation): Decision {
  const { seen, actions, policy } = situation
  if (!seen.probed) return none('every task is RUNNING; nothing checks whether events flow')
  if (seen.sourceSince === undefined) return none(`${seen.engine} does not take the probe`)
  if (seen.kafkaSince === undefined) return none(seen.kafkaObstacle ?? 'Kafka does not answer')
  // Connect moves what ran there once its session has expired: a restart meanwhile only makes it begin again.
  if (seen.workerGoneSince !== undefined && seen.now - seen.workerGoneSince <= policy.startGraceMs)
    return none('a worker does not answer; Connect moves its tasks to another')
  const startedAt = seen.connectBackAt === undefined ? undefined : seen.connectBackAt + policy.startGraceMs
  const since = [seen.sourceSince, seen.kafkaSince, seen.runningSince, startedAt, seen.lastArrivalAt, actions.at(-1)]
  const silentMs = seen.now - Math.max(...since.map(time => time ?? 0))
  if (silentMs <= patienceMs(situation)) return none('events flow, or the connector has just started')
  const reason = `RUNNING, but no probe has come through for ${Math.round(silentMs / 1000)} s`
  return withinBudget({ action: 'restart', reason }, situation)
}

/** Doubles with each restart that did not help: on a slow machine a task may need longer to start than this allows. */
function patienceMs({ seen, actions, policy }: Situation): number {
  const attempts = actions.filter(time => time > (seen.lastArrivalAt ?? 0)).length
  return Math.min(policy.silentAfterMs * 2 ** attempts, Math.max(policy.silentAfterMs, policy.longestBackoffMs))
}

function withinBudget(decision: Decision, situation: Situation): Decision {
  const { seen, actions, policy } = situation
  const recent = actions.filter(time => seen.now - time < policy.budgetWindowMs)
  if (recent.length >= policy.budget) {
    const spent = `${decision.reason}; ${recent.length} attempts in ${policy.budgetWindowMs / 60_000} min did not help`
    return { ...decision, reason: spent, action: isDue(situation, policy.fatalRetryMs) ? decision.action : 'none' }
  }
  const waitMs = backoffMs(situation)
  if (isDue(situation, waitMs)) return decision
  return none(`${decision.reason}; next attempt ${waitMs / 1000} s after the last`)
}

/** Doubles with each attempt since things last changed: since the database came back, or a probe came through. */
function backoffMs({ seen, actions, policy }: Situation): number {
  const changedAt = Math.max(seen.sourceSince ?? 0, seen.lastArrivalAt ?? 0)
  const attempts = actions.filter(time => time > changedAt).length
  if (attempts === 0) return 0
  return Math.min(policy.firstBackoffMs * 2 ** (attempts - 1), policy.longestBackoffMs)
}

function isDue({ seen, actions }: Situation, waitMs: number): boolean {
  return seen.now - (actions.at(-1) ?? -Infinity) >= waitMs
}
