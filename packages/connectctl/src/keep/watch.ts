import type { ConnectApi } from '../connect/connect-api.ts'
import { configOf, isUnbegun, pathOf, readReport } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { failedPart, isHealthy, isRunning, partsOf, verdictOf } from '../connect/verdict.ts'
import type { ConnectReport, ProbeResult, Verdict } from '../connect/verdict.ts'
import { applyConnector } from '../connector/apply-connector.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import type { Sighting, Source } from '../source/source.ts'
import { decide, defaultPolicy, type Policy } from './decide.ts'
import { createCauseReader, type FatalCause, fatalCause, fatalCauseIn } from './fatal-causes.ts'
import type { Probe } from './probe.ts'
import { createWorkerPresence } from './worker-presence.ts'

export type WatchOptions = {
  readonly api: ConnectApi
  readonly file: ConnectorFile
  readonly probe: Probe | undefined
  readonly policy?: Policy
  /** An age of the last probe above this is unhealthy. */
  readonly redAfterMs: number
  readonly source: Source
  /** What was last seen at the database. */
  readonly sighting: () => Sighting
  /** A cause seen outside Connect, such as a full disk. */
  readonly outsideCause: () => Promise<FatalCause | undefined>
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>
  readonly onAction: (action: 'restart' | 'apply') => void
}

export type Watched = ReturnType<ReturnType<typeof createWatch>['watched']>

/** After this long without a probe, the keeper checks whether the workers still take connections. */
const presenceAfterMs = 2_000

/** While beats arrive, Connect is asked this seldom: for a worker each question costs more than a beat. */
const askedEveryMs = 2_000
const arrivesWithinMs = 1_500

/** Looks after one connector: each `tick` reads its state, decides and acts. */
export function createWatch(options: WatchOptions) {
  const { api, file, log, probe, source, policy = defaultPolicy } = options
  const actions: number[] = []
  const startedAt = Date.now()
  let report: ConnectReport = 'unreachable'
  let refusal: string | undefined
  let lookedAt = 0
  let reported = { words: '', since: startedAt }
  let running: { readonly on: string | undefined; readonly since: number } = { on: undefined, since: startedAt }
  let connectBackAt: number | undefined
  let seenBefore = false
  /** A run of `apply` that did not finish: the connector may be stopped, or have settings other than its file's. */
  let interrupted = false
  let recoveringSince: number | undefined
  let unbegun = false
  let fatal: FatalCause | undefined
  let fatalSeenAt = 0
  let lastReason = ''
  let lastAction: { readonly at: string; readonly reason: string } | undefined
  let shown: { readonly state?: Verdict['state']; readonly since: number } = { since: startedAt }
  const workersGoneSince = createWorkerPresence()
  const causeIn = createCauseReader(source)

  async function tick(): Promise<void> {
    if (!isRunning(report) || !beatsArrive() || Date.now() - lookedAt >= askedEveryMs) await look()
    const isSilent = probe !== undefined && Date.now() - (probe?.last()?.arrivedAt ?? startedAt) > presenceAfterMs
    const workerGoneSince = isSilent ? await workersGoneSince(workersOf(report)) : undefined
    const trouble = troubleSeen()
    const seen = {
      now: Date.now(),
      report,
      refusal,
      engine: source.engine,
      sourceSince: probe?.sourceSince(),
      kafkaSince: probe?.kafkaSince(),
      kafkaObstacle: probe?.kafkaObstacle(),
      connectBackAt,
      runningSince: running.on === undefined ? undefined : running.since,
      startingSince: running.on === undefined ? running.since : undefined,
      lastArrivalAt: probe?.last()?.arrivedAt,
      probed: probe !== undefined,
      workerGoneSince,
      interrupted,
      isLoss: trouble?.isLoss === true,
      recoveringSince: await recovers(isSilent)
    }
    const { action, reason, fatal: named } = decide(seen, actions, policy)
    const cause = named && (await causeIn(traceOf(report)).catch(() => named))
    const atSource = trouble && fatalCause(trouble.cause, trouble.summary)
    const outside = atSource ?? (await options.outsideCause())
    nameFatal(cause ?? outside ?? fatalCauseIn(probe?.obstacle() ?? '', source.engine))
    if (action === 'none' && reason !== lastReason) log.info({ connector: file.name, reason }, 'nothing to do')
    lastReason = reason
    if (action !== 'none') await act(action, reason)
  }

  function beatsArrive(): boolean {
    return Date.now() - (probe?.last()?.arrivedAt ?? 0) <= arrivesWithinMs
  }

  /** What is wrong at the database, once the connector has begun there. */
  function troubleSeen() {
    return typeof report === 'object' && !unbegun ? options.sighting().trouble : undefined
  }

  async function look(): Promise<void> {
    lookedAt = Date.now()
    const before = report
    const found = await readReport(api, file.name)
    report = found.report
    refusal = found.refusal
    const now = Date.now()
    if (isAway(before) && !isAway(report) && seenBefore) connectBackAt = now
    if (!isAway(report)) seenBefore = true
    if (report === 'missing') interrupted = false // someone else may create it meanwhile, and that isn't ours to finish
    const words = JSON.stringify(report)
    if (words !== reported.words || unbegun) unbegun = await isUnbegun(api, report).catch(() => false)
    if (words !== reported.words) reported = { words, since: now }
    const on = isRunning(report) ? workersOf(report).join() : undefined
    if (on !== running.on) running = { on, since: now }
  }

  /** Since when `apply` runs it in recovery mode. Only looked up where it doesn't flow. */
  async function recovers(isSilent: boolean): Promise<number | undefined> {
    const flows = isRunning(report) && !isSilent
    const config =
      typeof report === 'object' && !flows ? await configOf(api, file.name).catch(() => undefined) : undefined
    const mode = 'snapshot.mode'
    const isRecovering = config?.[mode] === 'recovery' && file.config[mode] !== 'recovery'
    recoveringSince = isRecovering ? (recoveringSince ?? Date.now()) : undefined
    return recoveringSince
  }

  /** Logs a cause once, and again only after events flowed in between. */
  function nameFatal(found: FatalCause | undefined): void {
    if (found !== undefined) fatalSeenAt = Date.now()
    if (found !== undefined && fatal?.cause !== found.cause) {
      fatal = found
      const fields = { connector: file.name, cause: found.cause, runbook: found.page }
      log.error(fields, `a restart cannot fix this: ${found.summary}. See ${found.page}`)
    }
    // A probe that was sent before is young enough to look like flow while the next attempt begins.
    const isOver = (probe?.last()?.sentAt ?? 0) > fatalSeenAt && verdict().state === 'flowing'
    if (found === undefined && fatal !== undefined && isOver) {
      log.info({ connector: file.name, cause: fatal.cause }, 'the cause is gone, events flow again')
      fatal = undefined
    }
  }

  async function act(action: 'restart' | 'apply', reason: string): Promise<void> {
    actions.push(Date.now())
    lastAction = { at: new Date().toISOString(), reason }
    options.onAction(action)
    log.warn({ connector: file.name, reason }, action === 'apply' ? 'applying its file again' : 'restarting it')
    await (action === 'apply' ? applyAgain() : restart()).catch(error => {
      // The next tick sees a worker that is starting or away, and says so; it is no error of this action.
      if (!(error instanceof ConnectctlError) || !/^CONNECT_(STARTING|UNREACHABLE)$/.test(error.code)) throw error
    })
  }

  async function applyAgain(): Promise<void> {
    const note = (line: string) => log.info({ connector: file.name }, line)
    interrupted = true
    await applyConnector(api, file, { source, note, timeoutMs: 30_000 })
    interrupted = false
  }

  async function restart(): Promise<void> {
    await api.request('POST', pathOf(file.name, '/restart?includeTasks=true'))
    running = { on: undefined, since: Date.now() }
  }

  function probeResult(): ProbeResult | undefined {
    if (probe === undefined) return undefined
    const sentAt = probe.last()?.sentAt
    const ageMs = Date.now() - (sentAt ?? startedAt)
    const fresh = sentAt !== undefined && ageMs <= options.redAfterMs
    return { sentAt, ageMs, fresh, obstacle: probe.obstacle() }
  }

  /** A connector that has just begun to run gets some time for its first probe; after a second attempt it gets none. */
  function startingForMs(): number | undefined {
    const since = Math.max(running.since, connectBackAt ?? 0, startedAt)
    const attempts = actions.filter(time => time > (probe?.last()?.arrivedAt ?? 0)).length
    const forMs = Date.now() - since
    return attempts <= 1 && forMs <= policy.startGraceMs ? forMs : undefined
  }

  function verdict(): Verdict & { readonly since: number } {
    const now = Date.now()
    const found = verdictOf({
      name: file.name,
      report,
      refusal,
      reported: { since: reported.since, forMs: now - reported.since },
      probe: probeResult(),
      startingForMs: startingForMs(),
      interrupted,
      unbegun,
      fatal
    })
    if (found.state !== shown.state) shown = { state: found.state, since: now }
    return { ...found, since: shown.since }
  }

  function watched() {
    const found = verdict()
    const healthy = isHealthy(found) || (found.state === 'unknown' && probe === undefined)
    /** The age of the newest probe that came through; undefined where the connector is not probed. */
    const ageMs = probeResult()?.ageMs
    const { figures } = options.sighting()
    return { name: file.name, ...found, healthy, report, ageMs, fatal, figures, actions: actions.length, lastAction }
  }

  return { tick, watched }
}

function isAway(report: ConnectReport): boolean {
  return report === 'unreachable' || report === 'starting'
}

function traceOf(report: ConnectReport): string {
  return (typeof report === 'object' ? failedPart(report)?.trace : undefined) ?? ''
}

function workersOf(report: ConnectReport): readonly string[] {
  return typeof report === 'object' ? partsOf(report).map(({ worker_id: worker }) => worker) : []
}
