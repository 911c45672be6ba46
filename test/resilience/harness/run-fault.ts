import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { startLedgerWriter } from '../ledger/ledger.ts'
import { type OrderClient, type Refusals, startOrderClient } from '@outbox-cdc/test-support/load/order-client'
import { collectEvidence, countEffects, countUnderWay, readOrdersSince } from '../oracle/collect-evidence.ts'
import type { Effect, Evidence, Finding, Tried } from '../oracle/evidence.ts'
import { compareEvidence } from '../oracle/compare-evidence.ts'
import { type Verdict, reachVerdict } from '../oracle/verdict.ts'
import { waitUntilDrained } from './drain.ts'
import type { Injected, Fault } from './fault.ts'
import type { Lab } from './lab.ts'

export type Run = Verdict & {
  readonly fault: string
  readonly tag: string
  /** Of the load's random pauses. */
  readonly seed: number
  readonly at: string
  readonly observed: string | undefined
  readonly refused: number
  /** The refused attempts by outcome; older runs lack it. */
  readonly refusals?: Refusals
  /** Records that Kafka holds more than once, each with one effect. Faults that share a load share the number. */
  readonly absorbed: number
  readonly parked: number
  /** The longest time from an order's 201 to its delivery. */
  readonly longestWaitMs: number
  readonly healedBy: string
}

export type Result = { readonly run: Run; readonly findings: readonly Finding[]; readonly evidence?: Evidence }

export type Load = {
  readonly seed: number
  readonly client: OrderClient
  readonly pauseWrites: (on: boolean) => void
  stop(patienceMs: number): Promise<void>
}

/** What happened around one fault while the load went on. The verdict comes later. */
export type Course = {
  readonly fault: Fault
  readonly startedAt: number
  readonly faultAt: number
  readonly endedAt: number
  readonly flowBackAt: number | undefined
  readonly injected: Injected
  readonly refusals: Refusals
  readonly healedBy: string
  /** As many events had to flow. */
  readonly leastEvents: number
}

type Breaking = { readonly load: Load; readonly quick: boolean; readonly leastEvents?: number }

const patienceMs = 120_000

/** Steady load, one fault, time to drain, verdict. */
export async function runFault(lab: Lab, fault: Fault, quick: boolean): Promise<Result> {
  const tag = `${fault.name}-${Date.now().toString(36)}`
  const load = startLoad(lab, tag, fault.perSecond ?? 100)
  try {
    const course = await breakOnce(lab, fault, { load, quick })
    await sleep(2_000)
    await load.stop(60_000)
    const { runs, findings, evidence } = await reachVerdicts(lab, [course], load)
    const [run] = runs
    if (run === undefined) throw new Error(`${fault.name} has no verdict`)
    return { run: { ...run, tag }, findings, evidence }
  } catch (error) {
    // Such a run proves nothing, but its evidence is kept.
    await load.stop(0)
    addToHistory(lab, load.client)
    const evidence = await collectEvidence(sourcesOf(lab), lab.history).catch(() => undefined)
    const run = voidRun(fault.name, { error, seed: load.seed })
    return { run: { ...run, tag }, findings: [], ...(evidence === undefined ? {} : { evidence }) }
  } finally {
    await load.stop(0)
  }
}

export function startLoad(lab: Lab, tag: string, perSecond: number): Load {
  const seed = Date.now() % 2 ** 32
  const urls = [lab.pipeline.addresses['ORDER_SERVICE_URL'] ?? '']
  const client = startOrderClient({ urls, tag, perSecond, seed })
  const ledger = startLedgerWriter(lab.source, lab.outbox)
  return {
    seed,
    client,
    pauseWrites(on) {
      client.pause(on)
      ledger.pause(on)
    },
    async stop(patience) {
      await Promise.all([client.stop(patience), ledger.stop()])
    }
  }
}

/** Injects one fault under a load that keeps running; resolves when events flow again and enough of them have flowed. */
export async function breakOnce(
  lab: Lab,
  fault: Fault,
  { load: { client, pauseWrites }, quick, leastEvents = 1_000 }: Breaking
): Promise<Course> {
  const { pipeline, db } = lab
  const how = { quick, load: client, pauseWrites }
  const startedAt = Date.now()
  try {
    await fault.prepare?.(lab, how)
    await flowBack(lab, client, Date.now())
    const faultAt = Date.now()
    const [refusedBefore, logsBefore] = [client.refusals(), pipeline.logs.length]
    const injected = await fault.inject(lab, how)
    const flowBackAt = await flowBack(lab, client, injected.causeOverAt)
    const enough = async () => {
      const n = await countEffects(db, faultAt)
      if (n < leastEvents) throw new Error(`only ${n} events flowed`)
    }
    await eventually(enough, { timeoutMs: patienceMs, everyMs: 100 }).catch(() => undefined)
    const healedBy = fault.healedBy ?? findHealers(pipeline.logs.slice(logsBefore))
    const refusals = since(refusedBefore, client.refusals())
    return { fault, startedAt, faultAt, endedAt: Date.now(), flowBackAt, injected, refusals, healedBy, leastEvents }
  } finally {
    await fault.cleanup?.(lab, how)
  }
}

// One by one: a soak sends more orders than `push` can take as arguments.
function addToHistory({ history }: Lab, { log }: OrderClient): void {
  for (const tried of log) history.push(tried)
}

function since(before: Refusals, now: Refusals): Refusals {
  const more = Object.entries(now).map(([how, count]) => [how, count - (before[how] ?? 0)] as const)
  return Object.fromEntries(more.filter(([, count]) => count > 0))
}

// Counted after earlier faults in the same pipeline: only what exceeds this belongs to the current one.
const seenBefore = new WeakMap<Lab, { readonly repeated: number; readonly parked: number }>()

/** After the load: waits until all is delivered, and reaches one verdict for each fault. A finding counts for all of them. */
export async function reachVerdicts(
  lab: Lab,
  courses: readonly Course[],
  { client, seed }: Load
): Promise<Required<Omit<Result, 'run'>> & { readonly runs: readonly Run[] }> {
  const stillArriving = (await drain(lab)) === 'arriving'
  addToHistory(lab, client)
  const evidence = await collectEvidence(sourcesOf(lab), lab.history)
  const before = seenBefore.get(lab) ?? { repeated: 0, parked: 0 }
  const [repeated, parked] = [repeatedRecords(evidence), await countParked(lab)]
  seenBefore.set(lab, { repeated, parked })
  const planted = courses.reduce((sum, { fault }) => sum + (fault.parks ?? 0), 0)
  const findings = [...compareEvidence(evidence), ...unexpectedlyParked(parked - before.parked - planted)]
  const runs = courses.map(course => ({
    ...verdictOf(course, evidence, { findings, log: client.log, stillArriving }),
    seed,
    absorbed: repeated - before.repeated,
    parked: course.fault.parks ?? 0
  }))
  return { runs, findings, evidence }
}

type Found = {
  readonly findings: readonly Finding[]
  readonly log: readonly Tried[]
  readonly stillArriving: boolean
}

function verdictOf(
  course: Course,
  evidence: Evidence,
  { findings, log, stillArriving }: Found
): Omit<Run, 'absorbed' | 'parked' | 'seed'> {
  const { fault, startedAt, faultAt, endedAt, flowBackAt, injected, leastEvents } = course
  const { healWithinMs, leastWaitMs = 0 } = fault
  const ownLog = log.filter(({ sentAt }) => sentAt >= startedAt && sentAt <= endedAt)
  const longestWaitMs = longestWait(ownLog, evidence.effects)
  const observed = longestWaitMs < leastWaitMs ? undefined : injected.observed
  const broken = (injected.broken ?? []).map(detail => ({ kind: 'broken' as const, id: fault.name, detail }))
  const during = evidence.effects.filter(({ at }) => at <= endedAt + 2_000)
  const { causeOverAt } = injected
  return {
    fault: fault.name,
    tag: `${fault.name}-${startedAt.toString(36)}`,
    at: new Date(faultAt).toISOString(),
    observed,
    ...reachVerdict([...findings, ...broken], during, {
      startedAt,
      faultAt,
      causeOverAt,
      flowBackAt,
      observed,
      healWithinMs,
      leastEvents,
      stillArriving
    }),
    refused: Object.values(course.refusals).reduce((sum, count) => sum + count, 0),
    refusals: course.refusals,
    longestWaitMs,
    healedBy: course.healedBy
  }
}

/** The first effect of an order that the client sent after the cause was over. */
async function flowBack(lab: Lab, client: OrderClient, causeOverAt: number): Promise<number | undefined> {
  const deadline = Date.now() + patienceMs
  for (; Date.now() < deadline; await sleep(50)) {
    const orders = await readOrdersSince(lab.db, causeOverAt).catch(() => new Map<string, number>())
    const since = client.log.findLastIndex(({ sentAt }) => sentAt < causeOverAt) + 1
    const names = new Set(client.log.slice(since).map(({ name }) => name))
    const first = [...orders].find(([content]) => names.has(content))
    if (first !== undefined) return first[1]
  }
  return undefined
}

const sourcesOf = ({ db, source, topic, pipeline }: Lab) => ({
  db,
  source,
  topic,
  brokers: pipeline.stack.kafka.brokers
})

/** Two seconds more for late duplicates. */
async function drain(lab: Lab): Promise<Awaited<ReturnType<typeof waitUntilDrained>>> {
  const ended = await waitUntilDrained({ underWay: () => countUnderWay(lab), patienceMs })
  await sleep(2_000)
  return ended
}

/** What brought the flow back, according to the logs: the supervisor, the keeper, or the parts themselves. */
export function findHealers(logs: readonly string[]): string {
  const supervisor = logs.some(line => / is back after /.test(line)) ? ['supervisor'] : []
  const keepers = logs.filter(line => line.startsWith('keeper '))
  const keeper = keepers.some((line, index) => acted(line, keepers[index + 1] ?? ''))
  const healing = [...supervisor, ...(keeper ? ['keeper'] : [])]
  return healing.length === 0 ? 'itself' : healing.join(', ')
}

/** An attempt that is followed by an error healed nothing: Connect was still starting. */
function acted(line: string, next: string): boolean {
  return line.includes('"restarting it"') || (line.includes('applying its file again') && !next.includes('"level":50'))
}

async function countParked({ db }: Lab): Promise<number> {
  const [row] = await db('deliveries.parked_event').where({ consumer: 'delivery-service' }).count({ n: '*' })
  return Number(row?.['n'] ?? 0)
}

function repeatedRecords({ records }: Evidence): number {
  return records.length - new Set(records.map(({ messageId }) => messageId)).size
}

function longestWait(log: readonly Tried[], effects: readonly Effect[]): number {
  const deliveredAt = new Map(effects.map(({ content, at }) => [content, at]))
  const waits = log.map(({ name, acknowledged }) => (deliveredAt.get(name) ?? 0) - (acknowledged?.at ?? Infinity))
  return Math.round(waits.reduce((most, wait) => Math.max(most, wait), 0))
}

function unexpectedlyParked(count: number): readonly Finding[] {
  if (count === 0) return []
  return [{ kind: count > 0 ? 'lost' : 'ghost', id: 'parked', detail: `${count} more events parked than planted` }]
}

type BrokenOff = { readonly error: unknown; readonly seed: number }

/** The record of a run that broke off. */
function voidRun(fault: string, { error, seed }: BrokenOff): Run {
  const [at, reason] = [new Date(), error instanceof Error ? error.message : String(error)]
  return {
    fault,
    tag: `${fault}-${at.getTime().toString(36)}`,
    seed,
    at: at.toISOString(),
    observed: undefined,
    outcome: 'void',
    reason: `the run broke off: ${reason.split('\n')[0]}`,
    counts: { lost: 0, doubled: 0, reordered: 0, ghost: 0, broken: 0 },
    healMs: undefined,
    silenceMs: 0,
    events: 0,
    refused: 0,
    absorbed: 0,
    parked: 0,
    longestWaitMs: 0,
    healedBy: 'nothing'
  }
}
