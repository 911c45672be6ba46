import { causeInTrace } from '@outbox-cdc/connectctl'

export type ConnectorStatus = {
  readonly name: string
  readonly type?: string
  readonly connector: { readonly state: string; readonly worker_id?: string; readonly trace?: string }
  readonly tasks: readonly {
    readonly id: number
    readonly state: string
    readonly worker_id?: string
    readonly trace?: string
  }[]
}

export type Verdict = {
  readonly state: 'ok' | 'slow' | 'stopped'
  /** One line: what is wrong, and why. */
  readonly words: string
  readonly cause?: string | undefined
}

/** One verdict of the connector and its tasks: the worst of them. RUNNING over a failed task is a failure. */
export function verdictOf({ connector, tasks }: ConnectorStatus): Verdict {
  if (connector.state === 'FAILED') return failed('the connector failed', connector.trace)
  const task = tasks.find(({ state }) => state === 'FAILED')
  if (task !== undefined) return failed(`task ${task.id} failed`, task.trace)
  const idle = [connector, ...tasks].find(({ state }) => state === 'STOPPED' || state === 'PAUSED')
  if (idle !== undefined) return { state: 'stopped', words: `the connector is ${idle.state.toLowerCase()}` }
  const moving = [connector, ...tasks].find(({ state }) => state !== 'RUNNING')
  if (moving !== undefined) return { state: 'slow', words: `is ${moving.state.toLowerCase()}, not yet running` }
  if (tasks.length === 0) return { state: 'stopped', words: 'has no task' }
  return { state: 'ok', words: tasks.length === 1 ? 'its task runs' : `its ${tasks.length} tasks run` }
}

function failed(what: string, trace: string | undefined): Verdict {
  const cause = causeInTrace(trace ?? '')
  return { state: 'stopped', words: `${what}: ${cause}`, cause }
}
