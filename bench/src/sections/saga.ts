import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql, { type Pool, type RowDataPacket } from 'mysql2/promise'
import { freePorts, loadSystem, type Pipeline, root, startPipeline } from '@outbox-cdc/pipeline'
import { type HttpConnections, openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { askNumber } from '../lab/lab.ts'
import { type Summary, summarise } from '../stats.ts'
import { inRounds, type Plan, type Section } from './section.ts'

export type SagaRow = {
  readonly rate: number
  readonly round: number
  readonly asked: number
  readonly accepted: number
  readonly settled: number
  readonly brokers: number
  /** Milliseconds from when an order's row was written until the row of its outcome was. */
  readonly settlement: Summary
}

type Running = { readonly pipeline: Pipeline; readonly db: Pool; readonly brokers: number; readonly urls: Urls }
type Urls = { readonly customers: string; readonly orders: string }

const rates = [20, 100]
const seconds = ({ quick }: Plan) => (quick ? 3 : 60)
const warmUpSeconds = ({ quick }: Plan) => (quick ? 3 : 20)

export const saga: Section<SagaRow> = {
  name: 'saga',
  title: 'From an order to its outcome, by two services that agree by events alone',
  estimate: plan => 60 + warmUpSeconds(plan) + rates.length * plan.rounds * (seconds(plan) + 5),
  async run({ plan, say }) {
    const running = await startSystem()
    try {
      await measure(running, { rate: Math.max(...rates), round: 0, seconds: warmUpSeconds(plan) })
      const rows: SagaRow[] = []
      for (const { thing: rate, round } of inRounds(rates, plan.rounds)) {
        const row = await measure(running, { rate, round, seconds: seconds(plan) })
        rows.push(row)
        say(JSON.stringify(row))
      }
      return rows
    } finally {
      await running.db.end()
      await running.pipeline.stop()
    }
  }
}

/** Customers and orders as `npm start` starts it, on free ports and in an empty folder. */
async function startSystem(): Promise<Running> {
  const system = await loadSystem('customers-and-orders')
  const dir = join(root, '.data/bench-saga')
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const [ports, brokers] = [await freePorts(system), system.brokers ?? 1]
  const pipeline = await startPipeline(
    { system, dir, ports, brokers, workers: 1 },
    { progress: (_, work) => work(), onLog: () => undefined }
  )
  const { host, port, rootPassword: password } = pipeline.stack.mysql
  const db = mysql.createPool({ host, port, user: 'root', password, connectionLimit: 2 })
  const at = (name: string) => `http://127.0.0.1:${ports[name]}`
  return { pipeline, db, brokers, urls: { customers: at('customer-service'), orders: at('order-service') } }
}

type Run = { readonly rate: number; readonly round: number; readonly seconds: number }

/** Each run has customers of its own. Every tenth order doesn't fit, so that both outcomes are measured. */
async function measure({ db, brokers, urls }: Running, { rate, round, seconds }: Run): Promise<SagaRow> {
  const customers = openHttpConnections(urls.customers, { most: 4 })
  const ids = await Promise.all(Array.from({ length: 50 }, () => register(customers)))
  customers.close()
  const orders = openHttpConnections(urls.orders, { most: 64 })
  const first = await askNumber(db, 'SELECT COALESCE(MAX(id), 0) FROM customer_orders.customer_order')
  const asked = Math.round(rate * seconds)
  let [sent, accepted] = [0, 0]
  const load = startOrderLoad({
    perSecond: rate,
    count: asked,
    async send() {
      const number = sent++
      const order = { customerId: ids[number % ids.length], orderTotal: number % 10 === 9 ? '5000000' : '1.00' }
      const { status } = await orders.post({ path: '/orders', body: JSON.stringify(order) })
      if (status === 201) accepted += 1
    }
  })
  await load.allDue
  await load.idle()
  orders.close()
  const times = await settlements(db, first, accepted)
  return { rate, round, asked, accepted, settled: times.length, brokers, settlement: summarise(times) }
}

async function register(connections: HttpConnections): Promise<number> {
  const body = JSON.stringify({ name: 'Kim', creditLimit: '1000000' })
  const answer = await connections.post({ path: '/customers', body })
  return Number(/"id":(\d+)/.exec(answer.body)?.[1] ?? 0)
}

const patienceMs = 30_000

/** The times in the rows: order-service's for the order, MySQL's for its outcome, on one machine. */
async function settlements(db: Pool, first: number, count: number): Promise<readonly number[]> {
  const sql = `
    SELECT TIMESTAMPDIFF(MICROSECOND, o.created_at, c.at) / 1000 AS ms
    FROM customer_orders.customer_order o JOIN customer_orders.order_change c ON c.order_id = o.id
    WHERE o.id > ? AND c.state IN ('APPROVED', 'REJECTED')`
  for (const end = Date.now() + patienceMs; ; await sleep(200)) {
    const [rows] = await db.query<RowDataPacket[]>(sql, [first])
    if (rows.length >= count || Date.now() > end) return rows.map(({ ['ms']: ms }) => Number(ms))
  }
}
