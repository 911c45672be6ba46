import { applyConnector } from '../apply-connector.ts'
import type { BinlogPosition } from '../binlog-position.ts'
import type { ConnectApi, ConnectorStatus } from '../connect-api.ts'
import type { ConnectorFile } from '../connector-file.ts'
import { isRunning, statusPath } from '../wait-until-running.ts'
import { judge } from '../verdict.ts'
import type { Flow, Judgement } from '../verdict.ts'
import { decide } from './decide.ts'
import type { Decision, Observation, Policy } from './decide.ts'
import { fatalCauseIn } from './fatal-causes.ts'
import type { FatalCause } from './fatal-causes.ts'
import type { KeeperLog } from './keeper-log.ts'
import type { Probe } from './probe.ts'
import { createWorkerPresence } from './worker-presence.ts'

export type WatchOptions = {
  readonly api: ConnectApi
  readonly file: ConnectorFile
  readonly probe: Probe | undefined
  readonly policy: Policy
  /** An age of the last probe above this is unhealthy. */
  readonly redAfterMs: number
  readonly startAt: () => Promise<BinlogPosition>
  /** A cause seen outside Connect, such as a full disk. */
  readonly outsideCause: () => FatalCause | undefined
  readonly log: KeeperLog
  readonly onAction: (action: 'restart' | 'apply') => void
}

export type Watched = Judgement & {
  readonly name: string
  readonly status: Observation['status']
  readonly flow: Flow
  readonly fatal: FatalCause | undefined
  readonly actions: number
  readonly lastAction: { readonly at: string; readonly reason: string } | undefined
}

/** A silence of this length is reason enough to ask whether the worker still is there. */
const asksAfterMs = 2_000

/** Looks after one connector: one `tick` sees, decides and acts. */
export function createWatch(options: WatchOptions) {
  const { file, log, probe } = options
  const actions: number[] = []
  const startedAt = Date.now()
  let place: { readonly on: string | undefined; readonly since: number } = { on: undefined, since: startedAt }
  let connectBackAt: number | undefined
  let lastReason = ''
  let fatal: FatalCause | undefined
  let lastAction: Watched['lastAction']
  let status: Observation['status'] = 'unreachable'
  let seenBefore = false
  let workerGoneSince: number | undefined
  let halfApplied = false
  const goneSince = createWorkerPresence()

  async function tick(): Promise<void> {
    const before = status
    status = await readStatus(options.api, file.name)
    if (before === 'unreachable' && status !== 'unreachable' && seenBefore) connectBackAt = Date.now()
    if (status !== 'unreachable') seenBefore = true
    if (status === 'missing') halfApplied = false // what another creates meanwhile is not ours to finish
    const on = placesOf(status)
    if (on !== place.on) place = { on, since: Date.now() }
    workerGoneSince = isSilent() ? await goneSince(workersOf(status)) : undefined
    const decision = decide(observe(), actions, options.policy)
    nameFatal(decision.fatal ?? causeOutside())
    if (decision.action !== 'none') return act(decision)
    if (decision.reason !== lastReason) log.info({ connector: file.name, reason: decision.reason }, 'left alone')
    lastReason = decision.reason
  }

  function observe(): Observation {
    return {
      now: Date.now(),
      status,
      mysqlSince: probe?.mysqlSince(),
      kafkaSince: probe?.kafkaSince(),
      connectBackAt,
      runningSince: place.on === undefined ? undefined : place.since,
      startingSince: place.on === undefined ? place.since : undefined,
      lastArrivalAt: arrivalAt(),
      probed: probe !== undefined,
      workerGoneSince,
      halfApplied
    }
  }

  function isSilent(): boolean {
    return probe !== undefined && Date.now() - (arrivalAt() ?? startedAt) > asksAfterMs
  }

  function arrivalAt(): number | undefined {
    const last = probe?.last()
    return last && last.sentAt + last.tookMs
  }

  function causeOutside(): FatalCause | undefined {
    return options.outsideCause() ?? fatalCauseIn(probe?.mysqlError() ?? '')
  }

  /** Once for each occurrence: named again only after the flow was healthy in between. */
  function nameFatal(found: FatalCause | undefined): void {
    if (found !== undefined && fatal?.cause !== found.cause) {
      fatal = found
      const fields = { connector: file.name, cause: found.cause, runbook: found.page }
      log.error(fields, `a restart cannot heal this: ${found.says}. See ${found.page}`)
    }
    if (found === undefined && fatal !== undefined && flow().healthy) {
      log.info({ connector: file.name, cause: fatal.cause }, 'the cause is gone, events flow again')
      fatal = undefined
    }
  }

  async function act({ action, reason }: Decision): Promise<void> {
    actions.push(Date.now())
    lastAction = { at: new Date().toISOString(), reason }
    lastReason = reason
    options.onAction(action === 'apply' ? 'apply' : 'restart')
    log.warn({ connector: file.name, reason }, action === 'apply' ? 'applying its file again' : 'restarting')
    if (action === 'apply') await applyAgain()
    else await restart()
  }

  async function applyAgain(): Promise<void> {
    const note = (line: string) => log.info({ connector: file.name }, line)
    halfApplied = true
    await applyConnector(options.api, file, { startAt: options.startAt, note, timeoutMs: 30_000 })
    halfApplied = false
  }

  async function restart(): Promise<void> {
    const path = `/connectors/${encodeURIComponent(file.name)}/restart?includeTasks=true`
    await options.api.request('POST', path)
    place = { on: undefined, since: Date.now() }
  }

  function flow(): Flow {
    if (probe === undefined) return { ageMs: undefined, healthy: true }
    const ageMs = Date.now() - (probe.last()?.sentAt ?? startedAt)
    const healthy = ageMs <= options.redAfterMs && probe.last() !== undefined
    const error = probe.mysqlError()
    if (healthy || error === undefined) return { ageMs, healthy }
    return { ageMs, healthy, reason: `MySQL does not take the probe (${error})` }
  }

  function watched(): Watched {
    const rest = { name: file.name, status, flow: flow(), fatal, actions: actions.length, lastAction }
    if (status === 'missing') return { ...rest, verdict: 'failed', reason: 'it does not exist' }
    if (status === 'unreachable') return { ...rest, verdict: 'silent', reason: 'Kafka Connect does not answer' }
    if (status === 'starting') return { ...rest, verdict: 'waiting', reason: 'Connect has not begun to run it' }
    if (halfApplied && status.connector.state === 'STOPPED')
      return { ...rest, verdict: 'waiting', reason: 'applying it was broken off' }
    return { ...rest, ...judge(status, rest.flow) }
  }

  return { tick, watched, name: file.name }
}

export type Watch = ReturnType<typeof createWatch>

/** The workers of a connector of which every part runs; undefined while one does not. */
function placesOf(status: Observation['status']): string | undefined {
  return typeof status === 'object' && isRunning(status) ? workersOf(status).join() : undefined
}

function workersOf(status: Observation['status']): readonly string[] {
  if (typeof status !== 'object') return []
  return [status.connector, ...status.tasks].map(({ worker_id }) => worker_id)
}

async function readStatus(api: ConnectApi, name: string): Promise<Observation['status']> {
  try {
    const status = await api.request<ConnectorStatus | undefined>('GET', statusPath(name), { orMissing: true })
    if (status !== undefined) return status
    // A worker that has just started knows a connector some time before its status: that is not a missing one.
    const config = await api.request('GET', `/connectors/${encodeURIComponent(name)}`, { orMissing: true })
    return config === undefined ? 'missing' : 'starting'
  } catch {
    return 'unreachable'
  }
}
