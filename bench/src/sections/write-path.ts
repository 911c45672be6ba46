import { setTimeout as sleep } from 'node:timers/promises'
import { runNode, urlFor } from '@outbox-cdc/pipeline'
import type { Lab } from '../lab/lab.ts'
import { ensureTopic } from '../lab/topics.ts'
import { orderUrl, startService, stopProcess } from '../lab/processes.ts'
import { cpuBetween, readUsage } from '../lab/usage.ts'
import { runLoad } from '../load/run-load.ts'
import { isAccepted, requestTimes } from '../load/send-orders.ts'
import { round, type Summary } from '../stats.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

type Store = 'delete' | 'blackhole'

export type WritePath = {
  readonly name: string
  readonly title: string
  readonly store: Store
  /** The path of the variant in `bench/src/variants`. Without it the order service runs as it is. */
  readonly path?: string
  readonly unsafe?: boolean
  readonly inQuick?: boolean
}

export const writePaths: readonly WritePath[] = [
  {
    name: 'bare-insert',
    title: 'no event: one INSERT, one round trip',
    store: 'delete',
    path: 'bare-insert',
    inQuick: true
  },
  { name: 'no-event', title: 'no event: the usual transaction', store: 'delete', path: 'no-event', inQuick: true },
  { name: 'delete', title: 'delete store, one round trip (as npm start)', store: 'delete', inQuick: true },
  { name: 'blackhole', title: 'blackhole store, one round trip', store: 'blackhole' },
  {
    name: 'transaction',
    title: 'delete store, the usual transaction',
    store: 'delete',
    path: 'transaction',
    inQuick: true
  },
  {
    name: 'blackhole-transaction',
    title: 'blackhole store, the usual transaction',
    store: 'blackhole',
    path: 'transaction'
  },
  { name: 'polling', title: 'polling outbox (row stays)', store: 'delete', path: 'polling' },
  { name: 'dual-write', title: 'dual write to Kafka', store: 'delete', path: 'dual-write', unsafe: true }
]

export type WritePathRow = {
  readonly path: string
  readonly round: number
  readonly ordersPerSecond: number
  readonly request: Summary
  /** Microseconds of CPU for one order. */
  readonly orderServiceCpu: number
  readonly mysqlCpu: number
  readonly failed: number
}

const connections = 64

function shape({ quick }: Plan): { seconds: number; warmUp: number } {
  return quick ? { seconds: 1.5, warmUp: 1 } : { seconds: 4, warmUp: 2 }
}

function chosen({ quick }: Plan): readonly WritePath[] {
  return quick ? writePaths.filter(({ inQuick }) => inQuick === true) : writePaths
}

export const writePath: Section<WritePathRow> = {
  name: 'write-path',
  title: 'Orders a second through POST /order, by store and write path, with Connect stopped',
  estimate(plan) {
    const { seconds, warmUp } = shape(plan)
    return 5 + plan.rounds * chosen(plan).length * (seconds + warmUp + 1.5)
  },
  async run(context) {
    await ensureBlackholeDatabase(context.lab)
    await ensureTopic(context.lab, 'bench.dual')
    await context.connector.stop()
    const rows: WritePathRow[] = []
    for (const { thing: path, round: number } of inRounds(chosen(context.plan), context.plan.rounds)) {
      const row = { path: path.name, round: number, ...(await measure(context, path)) }
      rows.push(row)
      context.say(
        `${row.path}: ${row.ordersPerSecond}/s, order-service ${row.orderServiceCpu} µs, mysqld ${row.mysqlCpu} µs, p99 ${row.request.p99} ms`
      )
    }
    await context.lab.db.query('TRUNCATE orders.polling_outbox')
    return rows
  }
}

async function measure(
  { lab, plan }: Context,
  { store, path }: WritePath
): Promise<Omit<WritePathRow, 'path' | 'round'>> {
  const { seconds, warmUp } = shape(plan)
  const env = {
    MYSQL_URL: await urlFor('order_service', databaseOf(store), lab),
    OUTBOX_STORE: store,
    OUTBOX_WRITER: '0',
    BENCH_TOPIC: 'bench.dual',
    ...(path === undefined ? {} : { BENCH_WRITE_PATH: path })
  }
  const file = path === undefined ? 'order-service/src/main.ts' : 'bench/src/variants/order-main.ts'
  const load = { url: orderUrl(lab), connections }
  await startService(lab, { kind: 'order-service', file, env })
  try {
    await runLoad({ ...load, seconds: warmUp })
    await sleep(300)
    const before = readUsage(lab)
    const samples = await runLoad({ ...load, seconds })
    const cpu = cpuBetween(before, readUsage(lab))
    const accepted = samples.filter(isAccepted)
    const took = (Math.max(...accepted.map(({ done }) => done)) - Math.min(...accepted.map(({ due }) => due))) / 1e6
    const each = (name: string) => round(((cpu[name] ?? 0) * 1000) / accepted.length, 0)
    return {
      ordersPerSecond: Math.round(accepted.length / took),
      request: requestTimes(samples),
      orderServiceCpu: each('order-service'),
      mysqlCpu: each('mysql'),
      failed: samples.length - accepted.length
    }
  } finally {
    await stopProcess(lab, 'order-service')
  }
}

function databaseOf(store: Store): string {
  return store === 'delete' ? 'orders' : `orders_${store}`
}

/** A database for the blackhole store, made by the order service's migrations. */
async function ensureBlackholeDatabase({ db, stack }: Lab): Promise<void> {
  const { host, port, rootPassword } = stack.mysql
  const database = databaseOf('blackhole')
  await db.query(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database}.* TO order_service@'%'`)
  const MYSQL_URL = `mysql://root:${encodeURIComponent(rootPassword)}@${host}:${port}/${database}`
  await runNode('order-service/src/migrate.ts', { MYSQL_URL, OUTBOX_STORE: 'blackhole' })
}
