import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi, ConnectorConfig, ConnectorOffsets, ConnectorStatus, NamedConfig } from './connect-api.ts'
import { ConnectctlError, explain } from './errors.ts'
import { causeInTrace, failedPart, flowStates, isRunning, verdictOf } from './verdict.ts'
import type { ConnectReport, Verdict } from './verdict.ts'

export type NamedVerdict = Verdict & { readonly name: string }
export type ConnectorState = NamedVerdict & {
  /** What Connect reports; undefined where it does not answer. */
  readonly status: ConnectorStatus | undefined
}
export type ExpandedConnector = { readonly status: ConnectorStatus; readonly info: NamedConfig }

/** Every connector of the cluster with its status and its settings, in one request. */
export async function listConnectors(api: ConnectApi): Promise<readonly ExpandedConnector[]> {
  const expanded = await api.request<Record<string, ExpandedConnector>>('GET', '/connectors?expand=status&expand=info')
  return Object.values(expanded)
}

/** What Connect reports about one connector, or why it reports nothing; `refusal` if it refuses to. */
export async function readReport(api: ConnectApi, name: string): Promise<Reported> {
  try {
    const status = await statusOf(api, name)
    if (status !== undefined) return { report: status }
    // A worker that has just started knows a connector before its status, and says 404 until it has read its topics.
    const config = await api.request('GET', pathOf(name), { orMissing: true })
    return { report: config === undefined && (await isReady(api)) ? 'missing' : 'starting' }
  } catch (error) {
    const code = error instanceof ConnectctlError ? error.code : undefined
    if (code === 'CONNECT_STARTING') return { report: 'starting' }
    return { report: 'unreachable', ...(code === 'CONNECT_REFUSED' ? { refusal: explain(error) } : {}) }
  }
}

type Reported = { readonly report: ConnectReport; readonly refusal?: string }

/** Whether the worker has completed its startup. Before Kafka 3.9 there is no `/health`, so nothing contradicts it. */
async function isReady(api: ConnectApi): Promise<boolean> {
  const health = await api.request<{ status: string } | undefined>('GET', '/health', { orMissing: true })
  return health === undefined || health.status === 'healthy'
}

/** Whether a stopped connector has no offsets: its apply was broken off, or they were reset. */
export async function isUnbegun(api: ConnectApi, report: ConnectReport): Promise<boolean> {
  if (typeof report !== 'object' || report.connector.state !== 'STOPPED') return false
  const stored = await api.request<ConnectorOffsets>('GET', pathOf(report.name, '/offsets'))
  return stored.offsets.length === 0
}

/** The verdicts of the keeper, by connector; undefined when no keeper answers there. */
export async function readKeeper(url: string): Promise<readonly NamedVerdict[] | undefined> {
  try {
    const response = await fetch(new URL('/status', url), { signal: AbortSignal.timeout(2_000) })
    if (!response.ok) return undefined
    return ((await response.json()) as { connectors: readonly NamedVerdict[] }).connectors
  } catch {
    return undefined
  }
}

/** One verdict for each connector, the worst first: the keeper's where it watches the connector, else what Connect says. */
export function joinVerdicts(
  connectors: readonly ExpandedConnector[],
  kept: readonly NamedVerdict[] = [],
  unbegun: readonly string[] = []
): readonly ConnectorState[] {
  const statuses = new Map(connectors.map(({ status }) => [status.name, status]))
  const reported = [...statuses].map(([name, report]) => ({
    name,
    ...verdictOf({ name, report, unbegun: unbegun.includes(name) })
  }))
  const verdicts = new Map([...reported, ...kept].map(verdict => [verdict.name, verdict]))
  return [...verdicts.values()]
    .map(verdict => ({ ...verdict, status: statuses.get(verdict.name) }))
    .toSorted((a, b) => flowStates.indexOf(a.state) - flowStates.indexOf(b.state) || a.name.localeCompare(b.name))
}

export type WaitOptions = {
  readonly timeoutMs?: number
  /** How long a state must last before it counts. */
  readonly settleMs?: number
  /** The stack trace of a failure that was there before: Connect may take some seconds to replace it. */
  readonly oldTrace?: string | undefined
}

type StatusWait = WaitOptions & {
  readonly holds: (status: ConnectorStatus) => boolean | Promise<boolean>
  readonly holdMs?: number
  /** The part whose failure ends the wait: by default the connector or any task. */
  readonly failedIn?: typeof failedPart
  readonly complaint: string
}

const oldFailureMs = 5_000

/**
 * Waits until something holds of a connector's state. Ends with the cause once a part stays FAILED, because Connect starts
 * none again by itself. (It answers a restart before the old state is gone.)
 */
export async function untilStatus(api: ConnectApi, name: string, wait: StatusWait): Promise<void> {
  const { timeoutMs = 60_000, settleMs = 1_500, holdMs = settleMs, failedIn = failedPart } = wait
  let failedSince: number | undefined
  let heldSince: number | undefined
  let last: ConnectorStatus | undefined
  const seen = () => (last ? `connector ${last.connector.state}, ${last.tasks.length} task(s)` : 'it does not exist')
  const lasts = (since: number | undefined, ms: number) => since !== undefined && Date.now() - since >= ms
  const holds = async () => {
    last = await statusOf(api, name)
    const failed = last && failedIn(last)
    failedSince = failed ? (failedSince ?? Date.now()) : undefined
    if (failed && lasts(failedSince, failed.trace === wait.oldTrace ? oldFailureMs : settleMs))
      throw failureOf(name, failed)
    heldSince = last && (await wait.holds(last)) ? (heldSince ?? Date.now()) : undefined
    return lasts(heldSince, holdMs)
  }
  await until(holds, () => `${name} ${wait.complaint} within ${timeoutMs / 1000} s: ${seen()}`, timeoutMs)
}

/** The error about a FAILED part, with its cause in one line. */
export function failureOf(name: string, { what, trace = '' }: NonNullable<ReturnType<typeof failedPart>>) {
  return new ConnectctlError('NOT_RUNNING', `${name}: ${what} failed: ${causeInTrace(trace)}`)
}

/** Resolves when the connector and each task run, and still do a moment later. */
export async function waitUntilRunning(api: ConnectApi, name: string, options: WaitOptions = {}): Promise<void> {
  await untilStatus(api, name, { ...options, holds: isRunning, complaint: 'did not run' })
}

/** Resumes a paused or stopped connector and waits until every task runs. */
export async function resume(api: ConnectApi, name: string, options?: WaitOptions): Promise<void> {
  await api.request('PUT', pathOf(name, '/resume'))
  await waitUntilRunning(api, name, options)
}

export type HaltOptions = Pick<WaitOptions, 'timeoutMs'> & { readonly verb: 'pause' | 'stop' }

/**
 * Pauses or stops a connector and waits until it is so. A paused connector keeps its tasks; a stopped one has none. Connect
 * can't halt a connector that it could not start: it stays FAILED.
 */
export async function halt(api: ConnectApi, name: string, { verb, timeoutMs = 60_000 }: HaltOptions): Promise<void> {
  const failedIn = (status: ConnectorStatus) => failedPart({ ...status, tasks: [] })
  const before = await statusOf(api, name)
  await api.request('PUT', pathOf(name, `/${verb}`))
  await untilStatus(api, name, {
    timeoutMs,
    holds: ({ connector, tasks }) =>
      verb === 'stop'
        ? connector.state === 'STOPPED' && tasks.length === 0
        : connector.state === 'PAUSED' && tasks.every(({ state }) => state !== 'RUNNING'),
    holdMs: 0,
    failedIn,
    oldTrace: before && failedIn(before)?.trace,
    complaint: `did not ${verb}`
  })
}

/** Checks five times a second whether something holds, and fails with the complaint when it takes too long. */
export async function until(holds: () => Promise<boolean>, complaint: () => string, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await holds()); await sleep(200))
    if (Date.now() > deadline) throw new ConnectctlError('NOT_RUNNING', complaint())
}

/** The address of a connector, or of a part of it such as `/status`, at a worker. */
export function pathOf(name: string, part = ''): string {
  return `/connectors/${encodeURIComponent(name)}${part}`
}

/** What Connect says of a connector; undefined when it doesn't exist. */
export function statusOf(api: ConnectApi, name: string): Promise<ConnectorStatus | undefined> {
  return api.request('GET', pathOf(name, '/status'), { orMissing: true })
}

/** The settings that a connector has now; undefined when it doesn't exist. */
export function configOf(api: ConnectApi, name: string): Promise<ConnectorConfig | undefined> {
  return api.request('GET', pathOf(name, '/config'), { orMissing: true })
}
