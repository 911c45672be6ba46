import { setTimeout as sleep } from 'node:timers/promises'
import { waitUntilRunning } from '@outbox-cdc/connectctl'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { waitUntilStopped } from '../lab/connector.ts'
import { ensureTopic, recordsIn } from '../lab/topics.ts'
import { round, type Summary, summarise } from '../stats.ts'
import { startWitness } from '../witness/start-witness.ts'
import { type OpenPath, openPath, type WriterPath, type Written, writerPaths } from '../writers/writer-paths.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

export type WriterRow = {
  readonly path: string
  readonly round: number
  readonly transactionsPerSecond: number
  /** Transactions a second of the measurement of latency. */
  readonly rate: number
  /** Milliseconds of the COMMIT, as its client sees it. */
  readonly commit: Summary
  /** Milliseconds from when the COMMIT was sent to when a consumer had the record. */
  readonly arrival: Summary
  /** Events a second from a backlog of one event a transaction to Kafka. */
  readonly drainPerSecond: number
}

const connections = 16

const rateOf = ({ quick }: Plan) => (quick ? 20 : 100)
const secondsOf = ({ quick }: Plan) => (quick ? 3 : 6)

export const writers: Section<WriterRow> = {
  name: 'writers',
  title: 'Ways to write: MySQL and PostgreSQL, integer and string ids, and the Outbox Event Router',
  estimate: plan => 20 + writerPaths.length * (12 + plan.rounds * (3 * secondsOf(plan) + 12)),
  async run(context) {
    await context.connector.stop()
    const opened = new Map<string, OpenPath>()
    try {
      for (const path of writerPaths) opened.set(path.name, await start(context, path))
      const rows: WriterRow[] = []
      for (const { thing: path, round: number } of inRounds(writerPaths, context.plan.rounds)) {
        const row = { path: path.name, round: number, ...(await measure(context, path, opened)) }
        rows.push(row)
        context.say(
          `${row.path}: ${row.transactionsPerSecond} transactions/s, arrival p50 ${row.arrival.p50} p99 ${row.arrival.p99} ms, drains ${row.drainPerSecond} events/s`
        )
      }
      return rows
    } finally {
      for (const [name, path] of opened) {
        await context.connector.api.request('DELETE', `/connectors/${name}`, { orMissing: true })
        await path.close()
      }
      await context.connector.resume()
    }
  }
}

async function start({ lab, connector: { api } }: Context, path: WriterPath): Promise<OpenPath> {
  const opened = await openPath(lab, path, connections)
  await ensureTopic(lab, opened.topic)
  await api.request('PUT', `/connectors/${path.name}/config`, { body: opened.config })
  await waitUntilRunning(api, path.name, { settleMs: 2_000 })
  await stop(api, path)
  return opened
}

type Api = Context['connector']['api']

async function stop(api: Api, { name }: WriterPath): Promise<void> {
  await api.request('PUT', `/connectors/${name}/stop`)
  await waitUntilStopped(api, name)
}

async function resume(api: Api, { name }: WriterPath): Promise<void> {
  await api.request('PUT', `/connectors/${name}/resume`)
  await waitUntilRunning(api, name, { settleMs: 500 })
}

async function measure(
  { lab, connector: { api }, plan }: Context,
  path: WriterPath,
  opened: ReadonlyMap<string, OpenPath>
): Promise<Omit<WriterRow, 'path' | 'round'>> {
  const own = opened.get(path.name)
  if (own === undefined) throw new Error(`${path.name} isn't open`)
  const [seconds, rate] = [secondsOf(plan), rateOf(plan)]
  await resume(api, path)
  const latency = await measureArrival(lab, own, { seconds, rate })
  await stop(api, path)
  await writeAsFast(own, seconds / 3)
  const before = await recordsIn(lab, own.topic)
  const written = await writeAsFast(own, seconds)
  const drain = measureDrain(lab, own.topic, before + written.count)
  await resume(api, path)
  const drainPerSecond = await drain
  await stop(api, path)
  return { transactionsPerSecond: Math.round(written.count / written.took), rate, ...latency, drainPerSecond }
}

type Timing = { readonly seconds: number; readonly rate: number }

async function measureArrival(lab: Context['lab'], { topic, write }: OpenPath, { seconds, rate }: Timing) {
  const witness = await startWitness(lab.stack.kafka.brokers, topic, 'message_id')
  const written: Written[] = []
  const send = async () => void written.push(await write())
  // The first second compiles.
  const load = startOrderLoad({ send, perSecond: rate, count: rate * (seconds + 1) })
  await load.allDue
  await load.idle()
  await sleep(2_000)
  const seen = await witness.stop()
  const measured = written.slice(rate)
  const arrived = measured.flatMap(({ messageId, sent }) => {
    const received = seen.get(messageId)?.received
    return received === undefined ? [] : [(received - sent) / 1_000]
  })
  if (arrived.length < measured.length)
    throw new Error(`Only ${arrived.length} of ${measured.length} events arrived in ${topic}`)
  return { commit: summarise(measured.map(({ sent, done }) => (done - sent) / 1_000)), arrival: summarise(arrived) }
}

/** Each connection writes again as soon as its last transaction has ended. */
async function writeAsFast({ write }: OpenPath, seconds: number): Promise<{ count: number; took: number }> {
  const began = performance.now()
  const until = began + seconds * 1_000
  let count = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (; performance.now() < until; count++) await write()
    })
  )
  return { count, took: (performance.now() - began) / 1_000 }
}

/** Events a second from the first that arrives to the last, without the connector's start. */
async function measureDrain(lab: Context['lab'], topic: string, goal: number): Promise<number> {
  const deadline = Date.now() + 300_000
  const empty = await recordsIn(lab, topic)
  let first: { readonly count: number; readonly at: number } | undefined
  for (;;) {
    const count = await recordsIn(lab, topic)
    const at = performance.now()
    if (first === undefined && count > empty) first = { count, at }
    if (first !== undefined && count >= goal) return round(((count - first.count) * 1_000) / (at - first.at), 0)
    if (Date.now() > deadline) throw new Error(`${topic} has ${count} of ${goal} records after 300 s`)
    await sleep(20)
  }
}
