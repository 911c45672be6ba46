import type { ConnectorStatus } from './connect-api.ts'
import { causeInTrace } from './trace-cause.ts'

/** What the keeper last measured of a connector: how long ago an event that went all the way round was sent. */
export type Flow = { readonly ageMs: number | undefined; readonly healthy: boolean; readonly reason?: string }

export type Verdict = 'failed' | 'silent' | 'waiting' | 'paused' | 'stopped' | 'running' | 'flowing'
export type Judgement = { readonly verdict: Verdict; readonly reason: string }

/** Worst first: the order in which connectors are shown. */
export const verdicts: readonly Verdict[] = ['failed', 'silent', 'waiting', 'paused', 'stopped', 'running', 'flowing']

/** The worst of connector, tasks and flow. `running` is what REST says when nobody measured the flow. */
export function judge(status: ConnectorStatus, flow: Flow | undefined): Judgement {
  const failed = [status.connector, ...status.tasks].find(part => part.state === 'FAILED')
  if (failed) return { verdict: 'failed', reason: causeInTrace(failed.trace ?? '') }
  const { state } = status.connector
  if (state === 'PAUSED') return { verdict: 'paused', reason: 'paused by hand' }
  if (state === 'STOPPED') return { verdict: 'stopped', reason: 'stopped by hand' }
  const idle = [status.connector, ...status.tasks].find(part => part.state !== 'RUNNING')
  if (idle)
    return { verdict: 'waiting', reason: `${idle.state.toLowerCase()}: the workers are rebalancing or starting it` }
  if (status.tasks.length === 0) return { verdict: 'waiting', reason: 'it has no task yet' }
  return judgeFlow(flow)
}

function judgeFlow(flow: Flow | undefined): Judgement {
  if (flow === undefined) return { verdict: 'running', reason: 'flow not measured: no keeper answers' }
  if (flow.healthy) return { verdict: 'flowing', reason: `last probe ${seconds(flow.ageMs)} ago` }
  return { verdict: 'silent', reason: flow.reason ?? `RUNNING, but nothing came through for ${seconds(flow.ageMs)}` }
}

export function isBad({ verdict }: Judgement): boolean {
  return verdict === 'failed' || verdict === 'silent' || verdict === 'waiting'
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'ever' : `${(ms / 1000).toFixed(1)} s`
}
