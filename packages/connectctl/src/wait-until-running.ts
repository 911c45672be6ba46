import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi, ConnectorStatus } from './connect-api.ts'
import { ConnectctlError } from './errors.ts'
import { causeInTrace } from './trace-cause.ts'

export type WaitOptions = { readonly timeoutMs?: number; readonly settleMs?: number }

/** Resolves when the connector and each of its tasks run, and still do a moment later; fails with the cause in one line. */
export async function waitUntilRunning(api: ConnectApi, name: string, options: WaitOptions = {}): Promise<void> {
  const { timeoutMs = 60_000, settleMs = 1_500 } = options
  const deadline = Date.now() + timeoutMs
  let runningSince: number | undefined
  let failedSince: number | undefined
  let last: ConnectorStatus | undefined
  while (Date.now() < deadline) {
    last = await api.request<ConnectorStatus | undefined>('GET', statusPath(name), { orMissing: true })
    failedSince = last && isFailed(last) ? (failedSince ?? Date.now()) : undefined
    // A restart is answered before the old state is gone: a failure counts when it stays.
    if (last && failedSince !== undefined && Date.now() - failedSince >= settleMs) failIfDead(last)
    runningSince = last && isRunning(last) ? (runningSince ?? Date.now()) : undefined
    if (runningSince !== undefined && Date.now() - runningSince >= settleMs) return
    await sleep(200)
  }
  const seen = last ? `connector ${last.connector.state}, ${last.tasks.length} task(s)` : 'it does not exist'
  throw new ConnectctlError('NOT_RUNNING', `${name} is not running after ${timeoutMs / 1000} s: ${seen}`)
}

export function isRunning(status: ConnectorStatus): boolean {
  return (
    status.connector.state === 'RUNNING' && status.tasks.length > 0 && status.tasks.every(t => t.state === 'RUNNING')
  )
}

function isFailed({ connector, tasks }: ConnectorStatus): boolean {
  return [connector, ...tasks].some(part => part.state === 'FAILED')
}

function failIfDead(status: ConnectorStatus): void {
  const parts = [{ what: 'its connector', ...status.connector }].concat(
    status.tasks.map(task => ({ what: `task ${task.id}`, ...task }))
  )
  const failed = parts.find(part => part.state === 'FAILED')
  if (!failed) return
  const trace = failed.trace ?? ''
  throw new ConnectctlError('NOT_RUNNING', `${status.name}: ${failed.what} failed: ${causeInTrace(trace)}`, {
    detail: trace
  })
}

export function statusPath(name: string): string {
  return `/connectors/${encodeURIComponent(name)}/status`
}
