import { cpus } from 'node:os'
import { clearTopic, copyTopic, ensureTopic, ordersTopic as topic, recordsIn } from '../lab/topics.ts'
import { writeEvents } from '../lab/write-by-sql.ts'
import type { Lab } from '../lab/lab.ts'
import { startService, stopProcess } from '../lab/processes.ts'
import { cpuBetween, readUsage } from '../lab/usage.ts'
import { round } from '../stats.ts'
import { handledAt, type Pace, type Watch, watchUntil } from './progress.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

/** A way to consume a topic into the delivery database. */
export type Drain = {
  readonly name: string
  readonly title: string
  readonly file?: string
  readonly partitions?: number
  readonly consumers?: number
  readonly env?: Readonly<Record<string, string>>
}

/** The first is the delivery service as `npm start` runs it. Each other one differs from it in one thing. */
export const drains: readonly Drain[] = [
  { name: 'as-is', title: 'the delivery service as it is' },
  { name: 'platformatic', title: '@platformatic/kafka', env: { KAFKA_CLIENT: 'platformatic' } },
  { name: 'batch-100', title: '100 events a transaction', env: { BATCH_SIZE: '100' } },
  { name: 'batch-2000', title: '2,000 events a transaction', env: { BATCH_SIZE: '2000' } },
  { name: 'partitions-1', title: 'one partition', partitions: 1 },
  { name: 'partitions-6', title: 'six partitions', partitions: 6 },
  { name: 'consumers-2', title: 'two consumers', consumers: 2 },
  { name: 'silent', title: 'without a log line for each event', env: { LOG_LEVEL: 'warn' } }
]

export type DrainRow = Pace & {
  readonly drain: string
  readonly round: number
  readonly events: number
  /** CPU microseconds for one event, by process. */
  readonly cpu: Readonly<Record<string, number>>
}

function shape({ quick }: Plan): { events: number; few: number; oneByOne: number } {
  return quick
    ? { events: 50_000, few: 50_000, oneByOne: 1_000 }
    : { events: 1_000_000, few: 200_000, oneByOne: 10_000 }
}

export const drain: Section<DrainRow> = {
  name: 'drain',
  title: 'A backlog: from MySQL to Kafka alone, and into the delivery database',
  estimate(plan) {
    const { few, oneByOne } = shape(plan)
    // What is read and written at once on four cores takes turns on two.
    const events = shape(plan).events * (cpus().length < 4 ? 1.7 : 1)
    const whole = (plan.rounds + 1) * (events / 30_000 + 5) + plan.rounds * (events / 18_000 + 6)
    return (
      10 + events / 60_000 + whole + plan.rounds * (oneByOne / 1_200 + 3) + chosen(plan).length * (few / 25_000 + 3)
    )
  },
  async run(context) {
    const { lab, connector, plan } = context
    const { events } = shape(plan)
    const rows: DrainRow[] = []
    const note = (row: DrainRow) => {
      rows.push(row)
      context.say(`${row.drain}: ${row.perSecond}/s, ${JSON.stringify(row.cpu)}`)
    }
    await connector.configure(config => config)
    await connector.stop()
    const start = await connector.offsets()
    await writeEvents(lab, events, 1)
    // Warms Connect and the broker up, or the first round would be slower than the others.
    await toKafka(context, events)
    await connector.stop()
    for (const { thing, round } of inRounds(['kafka', 'pipeline'] as const, plan.rounds)) {
      await connector.setOffsets(start)
      await clearTopic(lab, topic)
      const pace = await (thing === 'kafka' ? toKafka(context, events) : toDeliveries(context, events))
      note({ drain: thing, round, events, ...pace })
      await connector.stop()
    }
    for (const row of await fromKafka(context)) note(row)
    await emptyDeliveries(context)
    // The next reader of this topic must not find a million old events.
    await clearTopic(lab, topic)
    return rows
  }
}

type Measured = Pace & { readonly cpu: Record<string, number> }

async function toKafka({ lab, connector }: Context, events: number): Promise<Measured> {
  const read = () => recordsIn(lab, topic)
  return measured(lab, { read, count: events, everyMs: 20, withinMs: 300_000 }, () => connector.resume())
}

async function toDeliveries(context: Context, events: number): Promise<Measured> {
  const { lab, connector } = context
  const urls = await startConsumers(context, { name: 'pipeline', title: '' })
  try {
    const read = () => handledAt(urls)
    return await measured(lab, { read, count: events, everyMs: 50, withinMs: 300_000 }, () => connector.resume())
  } finally {
    await stopConsumers(context)
  }
}

/** Consumes copies of the topic in several ways, with Connect stopped. */
async function fromKafka(context: Context): Promise<readonly DrainRow[]> {
  const { lab, plan } = context
  const { few, oneByOne } = shape(plan)
  const rows: DrainRow[] = []
  for (const partitions of new Set(chosen(plan).map(each => each.partitions ?? 3))) {
    await ensureTopic(lab, `bench.drain.${partitions}`, partitions)
    await copyTopic(lab, { from: topic, to: `bench.drain.${partitions}`, count: few })
  }
  const slow: Drain = { name: 'one-by-one', title: '', file: 'bench/src/variants/one-by-one-main.ts' }
  const all = [...chosen(plan), ...Array.from({ length: plan.rounds }, () => slow)]
  for (const [index, thing] of all.entries()) {
    const events = thing === slow ? oneByOne : few
    const urls = await startConsumers(context, { ...thing, topic: `bench.drain.${thing.partitions ?? 3}` })
    try {
      const watch = { read: () => handledAt(urls), count: events, everyMs: 20, withinMs: 240_000 }
      rows.push({ drain: thing.name, round: index + 1, events, ...(await measured(lab, watch)) })
    } finally {
      await stopConsumers(context)
    }
  }
  return rows
}

function chosen({ quick }: Plan): readonly Drain[] {
  return quick ? drains.slice(0, 2) : drains
}

/** Watches a count rise after `begin`. CPU is in microseconds for one event. */
async function measured(lab: Lab, watch: Watch, begin: () => Promise<void> = async () => {}): Promise<Measured> {
  const before = readUsage(lab)
  await begin()
  const pace = await watchUntil(watch)
  const cpu = Object.entries(cpuBetween(before, readUsage(lab)))
  return { ...pace, cpu: Object.fromEntries(cpu.map(([name, ms]) => [name, round((ms * 1_000) / watch.count, 1)])) }
}

let groups = 0

export async function startConsumers(
  { lab }: Context,
  drained: Drain & { readonly topic?: string }
): Promise<readonly string[]> {
  await emptyDeliveries({ lab })
  groups += 1
  const urls: string[] = []
  const { file = 'delivery-service/src/main.ts', consumers = 1, env = {} } = drained
  for (let number = 1; number <= consumers; number++) {
    const own = { ...env, KAFKA_TOPIC: drained.topic ?? topic, KAFKA_GROUP: `bench-drain-${groups}` }
    const name = `delivery-service-${number}`
    urls.push(await startService(lab, { kind: 'delivery-service', name, file, env: own }))
  }
  return urls
}

export async function stopConsumers({ lab }: Context): Promise<void> {
  for (const name of [...lab.running.keys()].filter(each => each.startsWith('delivery-service-')))
    await stopProcess(lab, name)
}

async function emptyDeliveries({ lab }: Pick<Context, 'lab'>): Promise<void> {
  await lab.db.query('TRUNCATE deliveries.delivery; TRUNCATE deliveries.inbox')
}
