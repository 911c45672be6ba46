import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { startLedgerWriter } from '../ledger/ledger-writer.ts'
import { type OrderClient, type Refusals, startOrderClient } from '@outbox-cdc/test-support/load/order-client'
import { collect, countEffects, countUnderWay, readOrdersSince } from '../oracle/collect.ts'
import type { Effect, Evidence, Finding, Tried } from '../oracle/evidence.ts'
import { judge } from '../oracle/judge.ts'
import { type Verdict, reachVerdict } from '../oracle/verdict.ts'
import type { Bitten, Fault } from './fault.ts'
import type { Lab } from './lab.ts'
import { healers } from './healers.ts'

export type Run = Verdict & {
  readonly fault: string
  readonly tag: string
  /** Of everything that the load leaves to chance. */
  readonly seed: number
  readonly at: string
  readonly bite: string | undefined
  readonly refused: number
  /** What became of those attempts; left out in runs of old. */
  readonly refusals?: Refusals
  /** Records that Kafka holds more than once, and of which the inbox let one take effect; together for faults that share a load. */
  readonly absorbed: number
  readonly parked: number
  /** The longest that an order waited from its 201 to its delivery. */
  readonly longestWaitMs: number
  readonly healedBy: string
}

export type Result = { readonly run: Run; readonly findings: readonly Finding[]; readonly evidence?: Evidence }

export type Load = {
  readonly seed: number
  readonly client: OrderClient
  readonly quiet: (on: boolean) => void
  stop(patienceMs: number): Promise<void>
}

/** What happened around one fault while the load went on; the oracle has not spoken yet. */
export type Course = {
  readonly fault: Fault
  readonly startedAt: number
  readonly faultAt: number
  readonly endedAt: number
  readonly flowBackAt: number | undefined
  readonly bitten: Bitten
  readonly refusals: Refusals
  readonly healedBy: string
}

const patienceMs = 120_000
const leastEvents = 1_000

/** Steady load, one fault, calm, verdict. */
export async function runFault(lab: Lab, fault: Fault, quick: boolean): Promise<Result> {
  const tag = `${fault.name}-${Date.now().toString(36)}`
  const load = startLoad(lab, tag, fault.perSecond ?? 100)
  try {
    const course = await breakOnce(lab, fault, { load, quick })
    await sleep(2_000)
    await load.stop(60_000)
    const { runs, findings, evidence } = await conclude(lab, [course], load)
    const [run] = runs
    if (run === undefined) throw new Error(`${fault.name} came to no verdict`)
    return { run: { ...run, tag }, findings, evidence }
  } catch (error) {
    // It proves nothing, and yet all that is known must be kept.
    await load.stop(0)
    remember(lab, load.client)
    const evidence = await collect(witnessesOf(lab), lab.history).catch(() => undefined)
    const run = withoutVerdict(fault.name, { error, seed: load.seed })
    return { run: { ...run, tag }, findings: [], ...(evidence === undefined ? {} : { evidence }) }
  } finally {
    await load.stop(0)
  }
}

export function startLoad(lab: Lab, tag: string, perSecond: number): Load {
  const seed = Date.now() % 2 ** 32
  const urls = [lab.pipeline.addresses['ORDER_SERVICE_URL'] ?? '']
  const client = startOrderClient({ urls, tag, perSecond, seed })
  const ledger = startLedgerWriter(lab.db, lab.outbox)
  return {
    seed,
    client,
    quiet(on) {
      client.pause(on)
      ledger.pause(on)
    },
    async stop(patience) {
      await Promise.all([client.stop(patience), ledger.stop()])
    }
  }
}

/** One fault under load that runs and goes on running, until it flows again and enough has flowed. */
export async function breakOnce(
  lab: Lab,
  fault: Fault,
  { load: { client, quiet }, quick }: { readonly load: Load; readonly quick: boolean }
): Promise<Course> {
  const { pipeline, db } = lab
  const how = { quick, load: client, quiet }
  const startedAt = Date.now()
  try {
    await fault.prepare?.(lab, how)
    await flowBack(lab, client, Date.now())
    const faultAt = Date.now()
    const [refusedBefore, logsBefore] = [client.refusals(), pipeline.logs.length]
    const bitten = await fault.inject(lab, how)
    const flowBackAt = await flowBack(lab, client, bitten.causeOverAt)
    const enough = async () => {
      const n = await countEffects(db, faultAt)
      if (n < leastEvents) throw new Error(`only ${n} events flowed`)
    }
    await eventually(enough, { timeoutMs: patienceMs, everyMs: 100 }).catch(() => undefined)
    const healedBy = fault.healedBy ?? healers(pipeline.logs.slice(logsBefore))
    const refusals = since(refusedBefore, client.refusals())
    return { fault, startedAt, faultAt, endedAt: Date.now(), flowBackAt, bitten, refusals, healedBy }
  } finally {
    await fault.cleanup?.(lab, how)
  }
}

// One by one: what a soak has tried does not fit on the stack as arguments.
function remember({ history }: Lab, { log }: OrderClient): void {
  for (const tried of log) history.push(tried)
}

function since(before: Refusals, now: Refusals): Refusals {
  const more = Object.entries(now).map(([how, count]) => [how, count - (before[how] ?? 0)] as const)
  return Object.fromEntries(more.filter(([, count]) => count > 0))
}

// What earlier faults in the same pipeline left: what the oracle finds more of belongs to this one.
const seenBefore = new WeakMap<Lab, { readonly repeated: number; readonly parked: number }>()

/** The load is over: the calm, the oracle, and one verdict for each fault. A finding belongs to them all. */
export async function conclude(
  lab: Lab,
  courses: readonly Course[],
  { client, seed }: Load
): Promise<Required<Omit<Result, 'run'>> & { readonly runs: readonly Run[] }> {
  await calm(lab)
  remember(lab, client)
  const evidence = await collect(witnessesOf(lab), lab.history)
  const before = seenBefore.get(lab) ?? { repeated: 0, parked: 0 }
  const [repeated, parked] = [repeatedRecords(evidence), await countParked(lab)]
  seenBefore.set(lab, { repeated, parked })
  const planted = courses.reduce((sum, { fault }) => sum + (fault.parks ?? 0), 0)
  const findings = [...judge(evidence), ...unexpectedlyParked(parked - before.parked - planted)]
  const runs = courses.map(course => ({
    ...verdictOn(course, evidence, { findings, log: client.log }),
    seed,
    absorbed: repeated - before.repeated,
    parked: course.fault.parks ?? 0
  }))
  return { runs, findings, evidence }
}

function verdictOn(
  course: Course,
  evidence: Evidence,
  { findings, log }: { readonly findings: readonly Finding[]; readonly log: readonly Tried[] }
): Omit<Run, 'absorbed' | 'parked' | 'seed'> {
  const { fault, startedAt, faultAt, endedAt, flowBackAt, bitten } = course
  const { healWithinMs, leastWaitMs = 0 } = fault
  const ownLog = log.filter(({ sentAt }) => sentAt >= startedAt && sentAt <= endedAt)
  const longestWaitMs = longestWait(ownLog, evidence.effects)
  const bite = longestWaitMs < leastWaitMs ? undefined : bitten.bite
  const broken = (bitten.broken ?? []).map(detail => ({ kind: 'broken' as const, id: fault.name, detail }))
  const during = evidence.effects.filter(({ at }) => at <= endedAt + 2_000)
  const { causeOverAt } = bitten
  return {
    fault: fault.name,
    tag: `${fault.name}-${startedAt.toString(36)}`,
    at: new Date(faultAt).toISOString(),
    bite,
    ...reachVerdict([...findings, ...broken], during, {
      startedAt,
      faultAt,
      causeOverAt,
      flowBackAt,
      bite,
      healWithinMs
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

const witnessesOf = ({ db, topic, pipeline }: Lab) => ({ db, topic, brokers: pipeline.stack.kafka.brokers })

/** Until everything committed took effect or patience is over, and a moment more for what would come twice. */
async function calm(lab: Lab): Promise<void> {
  const drained = async () => {
    if ((await countUnderWay(lab.db)) > 0) throw new Error('events are still under way')
  }
  await eventually(drained, { timeoutMs: patienceMs, everyMs: 250 }).catch(() => undefined)
  await sleep(2_000)
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

/** What is noted of a run that did not come to its end. */
function withoutVerdict(fault: string, { error, seed }: BrokenOff): Run {
  const [at, reason] = [new Date(), error instanceof Error ? error.message : String(error)]
  return {
    fault,
    tag: `${fault}-${at.getTime().toString(36)}`,
    seed,
    at: at.toISOString(),
    bite: undefined,
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
    healedBy: 'nobody'
  }
}
