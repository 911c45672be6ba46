import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi, ConnectorStatus } from './connect-api.ts'
import { ConnectctlError } from './errors.ts'
import { causeInTrace } from './trace-cause.ts'
import { failedPart, isRunning } from './verdict.ts'

export type WaitOptions = { readonly timeoutMs?: number; readonly settleMs?: number }

/** Resolves when the connector and each task run, and still do a moment later; fails with the cause in one line. */
export async function waitUntilRunning(api: ConnectApi, name: string, options: WaitOptions = {}): Promise<void> {
  const { timeoutMs = 60_000, settleMs = 1_500 } = options
  const deadline = Date.now() + timeoutMs
  let runningSince: number | undefined
  let failedSince: number | undefined
  let last: ConnectorStatus | undefined
  while (Date.now() < deadline) {
    last = await api.request<ConnectorStatus | undefined>('GET', statusPath(name), { orMissing: true })
    const failed = last && failedPart(last)
    failedSince = failed ? (failedSince ?? Date.now()) : undefined
    // Connect answers a restart before the old state is gone, so a failure counts only if it stays.
    if (failed && failedSince !== undefined && Date.now() - failedSince >= settleMs)
      throw new ConnectctlError('NOT_RUNNING', `${name}: ${failed.what} failed: ${causeInTrace(failed.trace ?? '')}`, {
        detail: failed.trace ?? ''
      })
    runningSince = last && isRunning(last) ? (runningSince ?? Date.now()) : undefined
    if (runningSince !== undefined && Date.now() - runningSince >= settleMs) return
    await sleep(200)
  }
  const seen = last ? `connector ${last.connector.state}, ${last.tasks.length} task(s)` : 'it does not exist'
  throw new ConnectctlError('NOT_RUNNING', `${name} is not running after ${timeoutMs / 1000} s: ${seen}`)
}

export function statusPath(name: string): string {
  return `/connectors/${encodeURIComponent(name)}/status`
}
