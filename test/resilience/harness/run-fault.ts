import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { startLedgerWriter } from '../ledger/ledger-writer.ts'
import { type OrderClient, startOrderClient } from '../load/order-client.ts'
import { collect, readCommitted, readEffects } from '../oracle/collect.ts'
import type { Effect, Evidence, Finding, Tried } from '../oracle/evidence.ts'
import { judge } from '../oracle/judge.ts'
import { type Verdict, reachVerdict } from '../oracle/verdict.ts'
import type { Fault } from './fault.ts'
import type { Lab } from './lab.ts'
import { healers } from './healers.ts'

export type Run = Verdict & {
  readonly fault: string
  readonly tag: string
  readonly at: string
  readonly bite: string | undefined
  readonly refused: number
  /** Records that Kafka holds more than once, and of which the inbox let one take effect. */
  readonly absorbed: number
  readonly parked: number
  /** The longest that an order waited from its 201 to its delivery. */
  readonly longestWaitMs: number
  readonly healedBy: string
}

export type Result = { readonly run: Run; readonly findings: readonly Finding[] }

const patienceMs = 120_000

/** Steady load, one fault, calm, verdict. */
export async function runFault(lab: Lab, fault: Fault, quick: boolean): Promise<Result> {
  const tag = `${fault.name}-${Date.now().toString(36)}`
  const { pipeline, db } = lab
  const before = await Promise.all([countRepeated(lab), countParked(lab)])
  const startedAt = Date.now()
  const client = startOrderClient({
    urls: [pipeline.addresses['ORDER_SERVICE_URL'] ?? ''],
    tag,
    perSecond: fault.perSecond ?? 100
  })
  const ledger = startLedgerWriter(db, { store: lab.topology.outboxStore ?? 'delete', writer: 1 })
  try {
    await fault.prepare?.(lab)
    await untilDelivered(lab, `${tag}-${client.log.length + 100}`)
    const faultAt = Date.now()
    const acknowledgedBefore = client.acknowledged()
    const logsBefore = pipeline.logs.length
    const bitten = await fault.inject(lab, { quick })
    const flowBackAt = await flowBack(lab, client, bitten.causeOverAt)
    await eventually(() => enough(client.acknowledged() - acknowledgedBefore), { timeoutMs: patienceMs, everyMs: 100 })
    await sleep(2_000)
    await Promise.all([client.stop(60_000), ledger.stop()])
    await fault.cleanup?.(lab)
    await calm(lab)
    lab.history.push(...client.log)
    const evidence = await collect({ db, topic: lab.topic, brokers: pipeline.stack.kafka.brokers }, lab.history)
    const parked = (await countParked(lab)) - before[1]
    const findings = [...judge(evidence), ...unexpectedlyParked(parked - (fault.parks ?? 0))]
    const longestWaitMs = longestWait(client.log, evidence.effects)
    const bite = longestWaitMs < (fault.leastWaitMs ?? 0) ? undefined : bitten.bite
    const { causeOverAt } = bitten
    const course = { startedAt, faultAt, causeOverAt, flowBackAt, bite, healWithinMs: fault.healWithinMs }
    const verdict = reachVerdict(findings, evidence.effects, course)
    return {
      findings,
      run: {
        fault: fault.name,
        tag,
        at: new Date(faultAt).toISOString(),
        bite,
        ...verdict,
        refused: client.refused(),
        absorbed: repeatedRecords(evidence) - before[0],
        parked,
        longestWaitMs,
        healedBy: fault.healedBy ?? healers(pipeline.logs.slice(logsBefore))
      }
    }
  } finally {
    await Promise.all([client.stop(0), ledger.stop()])
  }
}

async function untilDelivered(lab: Lab, name: string): Promise<void> {
  const delivered = async () => {
    if ((await lab.db('deliveries.delivery').where({ name })).length === 0) throw new Error(`${name} is not delivered`)
  }
  await eventually(delivered, { timeoutMs: patienceMs, everyMs: 50 })
}

/** The first effect of an order that the client sent after the cause was over. */
async function flowBack(lab: Lab, client: OrderClient, causeOverAt: number): Promise<number | undefined> {
  const deadline = Date.now() + patienceMs
  for (; Date.now() < deadline; await sleep(100)) {
    const names = new Set(client.log.filter(({ sentAt }) => sentAt >= causeOverAt).map(({ name }) => name))
    const effects = await readEffects(lab.db).catch(() => [])
    const first = effects.find(({ content }) => names.has(content))
    if (first !== undefined) return first.at
  }
  return undefined
}

function enough(orders: number): void {
  if (orders < 1_000) throw new Error(`only ${orders} orders were acknowledged`)
}

/** Until everything committed took effect or patience is over, and a moment more for what would come twice. */
async function calm(lab: Lab): Promise<void> {
  const drained = async () => {
    const [committed, effects] = await Promise.all([readCommitted(lab.db), readEffects(lab.db)])
    if (effects.length < committed.length) throw new Error('events are still under way')
  }
  await eventually(drained, { timeoutMs: patienceMs, everyMs: 250 }).catch(() => undefined)
  await sleep(2_000)
}

async function countParked({ db }: Lab): Promise<number> {
  const [row] = await db('deliveries.parked_event').where({ consumer: 'delivery-service' }).count({ n: '*' })
  return Number(row?.['n'] ?? 0)
}

async function countRepeated(lab: Lab): Promise<number> {
  const { db, topic, pipeline } = lab
  return repeatedRecords(await collect({ db, topic, brokers: pipeline.stack.kafka.brokers }, []))
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
