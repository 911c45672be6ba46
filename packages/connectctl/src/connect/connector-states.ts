import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi, ConnectorConfig, ConnectorOffsets, ConnectorStatus, NamedConfig } from './connect-api.ts'
import { ConnectctlError } from './errors.ts'
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

/** What Connect reports about one connector, or why it reports nothing. */
export async function readReport(api: ConnectApi, name: string): Promise<ConnectReport> {
  try {
    const status = await statusOf(api, name)
    if (status !== undefined) return status
    // A worker that has just started knows a connector before its status, and says 404 until it has read its topics.
    const config = await api.request('GET', pathOf(name), { orMissing: true })
    return config === undefined && (await isReady(api)) ? 'missing' : 'starting'
  } catch (error) {
    return error instanceof ConnectctlError && error.code === 'CONNECT_STARTING' ? 'starting' : 'unreachable'
  }
}

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
  readonly settleMs?: number
  /** The stack trace of a failure that was there before: Connect may take some seconds to replace it. */
  readonly oldTrace?: string | undefined
}

const oldFailureMs = 5_000

/** Resolves when the connector and each task run, and still do a moment later; fails with the cause in one line. */
export async function waitUntilRunning(api: ConnectApi, name: string, options: WaitOptions = {}): Promise<void> {
  const { timeoutMs = 60_000, settleMs = 1_500, oldTrace } = options
  let runningSince: number | undefined
  let failedSince: number | undefined
  let last: ConnectorStatus | undefined
  const seen = () => (last ? `connector ${last.connector.state}, ${last.tasks.length} task(s)` : 'it does not exist')
  const complaint = () => `${name} is not running after ${timeoutMs / 1000} s: ${seen()}`
  const settled = (since: number | undefined, afterMs = settleMs) =>
    since !== undefined && Date.now() - since >= afterMs
  const runs = async () => {
    last = await statusOf(api, name)
    const failed = last && failedPart(last)
    failedSince = failed ? (failedSince ?? Date.now()) : undefined
    // Connect answers a restart before the old state is gone, so a failure counts only if it stays.
    if (failed && settled(failedSince, failed.trace === oldTrace ? oldFailureMs : settleMs))
      throw new ConnectctlError('NOT_RUNNING', `${name}: ${failed.what} failed: ${causeInTrace(failed.trace ?? '')}`)
    runningSince = last && isRunning(last) ? (runningSince ?? Date.now()) : undefined
    return settled(runningSince)
  }
  await until(runs, complaint, timeoutMs)
}

/** Resumes a paused or stopped connector and waits until every task runs. */
export async function resume(api: ConnectApi, name: string, options?: WaitOptions): Promise<void> {
  await api.request('PUT', pathOf(name, '/resume'))
  await waitUntilRunning(api, name, options)
}

/** Pauses or stops a connector and waits until it is so. A paused connector keeps its tasks; a stopped one has none. */
export async function halt(api: ConnectApi, name: string, verb: 'pause' | 'stop'): Promise<void> {
  await api.request('PUT', pathOf(name, `/${verb}`))
  const isHalted = async () => {
    const status = await statusOf(api, name)
    if (verb === 'stop') return status?.connector.state === 'STOPPED' && status.tasks.length === 0
    return status?.connector.state === 'PAUSED' && status.tasks.every(({ state }) => state !== 'RUNNING')
  }
  await until(isHalted, () => `${name} did not ${verb} within 60 s`)
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
