import type { ConnectorStatus } from './connect-api.ts'

/** Whether events get from the database to Kafka, worst first: the order in which connectors are listed. */
export const flowStates = [
  'failed',
  'missing',
  'unreachable',
  'silent',
  'starting',
  'stopped',
  'paused',
  'unknown',
  'flowing'
] as const
export type FlowState = (typeof flowStates)[number]

/** The one diagnosis of a connector. The keeper makes it; `connectctl status`, the console and `npm run flow` show it. */
export type Verdict = {
  readonly state: FlowState
  /** Why, in a few words. */
  readonly reason: string
  /** What a person can do about it. */
  readonly advice?: string | undefined
  /** Since when the state has been this one, in milliseconds since 1970; only the keeper knows it. */
  readonly since?: number | undefined
}

/** What Kafka Connect last said about a connector. */
export type ConnectReport = ConnectorStatus | 'missing' | 'starting' | 'unreachable'

/** What the keeper's probe last measured: a row that goes from the database through Debezium to Kafka. */
export type ProbeResult = {
  /** When the newest row that came through was written; undefined before the first. */
  readonly sentAt: number | undefined
  /** The age of that row, or of the probe itself before the first. */
  readonly ageMs: number
  /** Whether the age is within the keeper's bound (`--red-after`). */
  readonly fresh: boolean
  /** Why no row can be sent or read, such as a database that refuses it. */
  readonly obstacle?: string | undefined
}

export type Evidence = {
  readonly name: string
  readonly report: ConnectReport
  /** Why Connect refuses to report. */
  readonly refusal?: string | undefined
  /** How long Connect has reported this, and when that began; the keeper knows it. */
  readonly reported?: { readonly since: number; readonly forMs: number }
  /** Undefined where nothing probes the connector. */
  readonly probe?: ProbeResult | undefined
  /** How long ago it began to run, while it still may take its time for a first row. */
  readonly startingForMs?: number | undefined
  /** The keeper was applying the connector's file and was interrupted: it finishes that. */
  readonly interrupted?: boolean
  /** It is stopped and has no offsets. */
  readonly unbegun?: boolean
  /** A cause that no restart fixes, with its page of the runbook. */
  readonly fatal?: { readonly summary: string; readonly page: string } | undefined
}

/** A worker that misses one answer, or moves a task, need not have stopped the flow: the next probe shows it. */
const doubtMs = 2_000

/**
 * A row that was sent after Connect reported trouble, and came through, proves that events flow. Only a connector that a
 * person paused or stopped is called so in any case. Without a probe, RUNNING proves nothing.
 */
export function verdictOf(evidence: Evidence): Verdict {
  const { probe, fatal } = evidence
  const halted = haltedByHand(evidence)
  if (halted) return halted
  if (probe?.fresh === true && outweighsReport(probe, evidence))
    return verdict('flowing', `last probe ${seconds(probe.ageMs)} ago`)
  const found = reportedTrouble(evidence) ?? runningVerdict(evidence)
  return fatal === undefined ? found : { ...found, advice: `${sentence(fatal.summary)} See ${fatal.page}` }
}

function outweighsReport({ sentAt = 0 }: ProbeResult, { report, reported }: Evidence): boolean {
  if (isRunning(report)) return true
  if (reported === undefined) return false
  const definite = report === 'missing' || (typeof report === 'object' && failedPart(report) !== undefined)
  return sentAt > reported.since || (!definite && reported.forMs < doubtMs)
}

function verdict(state: FlowState, reason: string, advice?: string): Verdict {
  return { state, reason, advice }
}

function haltedByHand({ name, report, interrupted, unbegun }: Evidence): Verdict | undefined {
  const state = typeof report === 'object' ? report.connector.state : undefined
  if (state !== 'PAUSED' && state !== 'STOPPED') return undefined
  if (interrupted === true) return verdict('starting', 'the keeper was interrupted while it applied the file')
  if (unbegun === true) {
    const reason = 'stopped without offsets: its apply did not finish, or they were reset'
    return verdict('failed', reason, `Let it begin: connectctl apply ${name}`)
  }
  const word = state === 'PAUSED' ? 'paused' : 'stopped'
  return verdict(word, `${word} by a person`, `Resume it: connectctl resume ${name}`)
}

/** What is wrong according to Connect; undefined when the connector and all of its tasks are RUNNING. */
function reportedTrouble({ name, report, refusal }: Evidence): Verdict | undefined {
  if (report === 'missing')
    return verdict('missing', 'the connector does not exist', `Create it: connectctl apply ${name}`)
  if (report === 'starting') return verdict('starting', 'Kafka Connect is still starting')
  if (refusal !== undefined) return verdict('unreachable', refusal)
  const restart = 'Start Kafka Connect again. Events wait in the log of the database.'
  if (report === 'unreachable') return verdict('unreachable', 'Kafka Connect does not answer', restart)
  const failed = failedPart(report)
  if (failed) {
    const reason = `${failed.what} failed: ${causeInTrace(failed.trace ?? '')}`
    return verdict('failed', reason, `Fix the cause, then: connectctl restart ${name} --only-failed`)
  }
  const moving = partsOf(report).find(part => part.state !== 'RUNNING')
  if (moving) return verdict('starting', `${moving.state.toLowerCase()}: Connect is starting or moving it`)
  return report.tasks.length === 0 ? verdict('starting', 'it has no task yet') : undefined
}

const startKeeper = 'Start one (connectctl keep), or give the address of yours (--keeper or KEEPER_URL)'

function runningVerdict({ probe, startingForMs, name }: Evidence): Verdict {
  const unwatched = 'RUNNING, but no keeper that answers checks whether events flow'
  if (probe === undefined) return verdict('unknown', unwatched, startKeeper)
  const wait = 'It goes on by itself once that is put right.'
  if (probe.obstacle !== undefined) return verdict('silent', probe.obstacle, wait)
  if (startingForMs !== undefined)
    return verdict('starting', `RUNNING for ${seconds(startingForMs)}, waiting for the first probe`)
  const reason = `RUNNING, but nothing has come through for ${seconds(probe.ageMs)}`
  return verdict('silent', reason, `The keeper restarts it. If that does not help: connectctl doctor ${name}`)
}

/** The part of a connector that is FAILED, with its Java stack trace. */
export function failedPart({ connector, tasks }: ConnectorStatus) {
  const parts = [{ what: 'the connector', ...connector }, ...tasks.map(task => ({ what: `task ${task.id}`, ...task }))]
  return parts.find(part => part.state === 'FAILED')
}

/** The connector and its tasks. */
export function partsOf({ connector, tasks }: ConnectorStatus) {
  return [connector, ...tasks]
}

/** Whether the connector and each of its tasks is RUNNING, which says nothing of whether events flow. */
export function isRunning(report: ConnectReport): report is ConnectorStatus {
  if (typeof report !== 'object' || report.tasks.length === 0) return false
  return partsOf(report).every(part => part.state === 'RUNNING')
}

/** Red: events do not flow, and no person wanted it so. */
export function isBroken({ state }: Pick<Verdict, 'state'>): boolean {
  return state === 'failed' || state === 'missing' || state === 'unreachable' || state === 'silent'
}

/** What `/health` answers 200 for: events flow, or a person halted the connector. */
export function isHealthy({ state }: Pick<Verdict, 'state'>): boolean {
  return state === 'flowing' || state === 'paused' || state === 'stopped'
}

/** `task 0: running`, or `no task`. */
export function tasksInWords({ tasks }: ConnectorStatus): string {
  return tasks.map(({ id, state }) => `task ${id}: ${state.toLowerCase()}`).join(', ') || 'no task'
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** The innermost cause of a Java stack trace, in one line: the last `Caused by`, without the exception's package. */
export function causeInTrace(trace: string): string {
  const lines = trace.split('\n').filter(line => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line))
  const causes = lines.filter(line => line.startsWith('Caused by: '))
  const told = (causes.length > 0 ? causes : lines.slice(0, 1)).map(line =>
    line.replace(/^Caused by: /, '').replace(/^(?:[a-z][\w$]*\.)+/, '')
  )
  const innermost = told.at(-1) ?? 'no cause was given'
  const speaking = told.findLast(line => /\s/.test(line)) ?? innermost
  return speaking.length > 400 ? `${speaking.slice(0, 397)}…` : speaking
}
