import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts, loadSystem, type Pipeline, root, startPipeline } from '@outbox-cdc/pipeline'
import { ownFolder, type Progress } from '@outbox-cdc/stack'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { type Bought, buy } from './buyers.ts'
import { type Deliveries, disagreements, figuresByPhase, figuresBySecond, type Plan, ways } from './figures.ts'
import { withRequests } from './shop-both-ways.ts'

type Say = (line: string) => void

const warmUpSeconds = 20
/** How long the last deliveries may take after the last purchase. */
const patienceMs = 60_000

/** Starts the Shop with both ways, lets people buy in both at once, and kills what stores deliveries for a while. */
export async function measureOneFault(plan: Plan, { progress, say }: { progress: Progress; say: Say }) {
  const dir = join(root, '.data/one-fault')
  await ownFolder(join(dir, 'run'))
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const system = withRequests(await loadSystem('shop'))
  const settings = { system, dir, ports: await freePorts(system), brokers: 1, workers: 1 } as const
  const pipeline = await startPipeline(settings, { progress, onLog: () => undefined })
  try {
    await enterAccountAndProduct(pipeline)
    const [events, requests] = await buyBothWays(pipeline, plan, say)
    const deliveries = await readDeliveries(pipeline, [...events, ...requests])
    const measured = [events, requests].map((bought, at) => ({
      way: ways[at] ?? 'by event',
      start: (bought[0]?.due ?? 0) + warmUpSeconds * 1_000,
      bought,
      deliveries
    }))
    return {
      phases: measured.flatMap(one => figuresByPhase(plan, one)),
      seconds: measured.flatMap(one => figuresBySecond(plan, one)),
      disagreements: Object.fromEntries(measured.map(({ way, bought }) => [way, disagreements(bought, deliveries)]))
    }
  } finally {
    await pipeline.stop()
  }
}

async function enterAccountAndProduct({ addresses }: Pipeline): Promise<void> {
  const enter = async (url: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (status !== 201) throw new Error(`POST ${url} answers ${status}`)
  }
  await enter(`${addresses['ACCOUNT_URL']}/accounts`, { name: 'Kim', address: '1 Main Street, Springfield' })
  await enter(`${addresses['PRODUCT_URL']}/products`, { name: 'Chair', price: '12.50' })
}

async function buyBothWays({ addresses, services }: Pipeline, plan: Plan, say: Say) {
  const { perSecond, downFrom, downTo } = plan
  const seconds = warmUpSeconds + plan.seconds
  say(`people buy for ${seconds} s, ${perSecond} a second in each way`)
  const urls = ['PURCHASE_URL', 'PURCHASE_BY_REQUEST_URL'].map(name => addresses[name] ?? '')
  const buying = urls.map(url => buy({ url, perSecond, seconds }))
  const parts = ['delivery', 'delivery-by-request'].flatMap(name => services.get(name) ?? [])
  await sleep((warmUpSeconds + downFrom) * 1_000)
  await Promise.all(parts.map(part => part.kill()))
  say(`killed ${parts.map(({ name }) => name).join(' and ')}`)
  await sleep((downTo - downFrom) * 1_000)
  say('starts them again')
  await Promise.all(parts.map(part => part.start()))
  const [events = [], requests = []] = await Promise.all(buying)
  return [events, requests] as const
}

/** Waits until each accepted purchase has its delivery, or patience ends. */
async function readDeliveries({ stack }: Pipeline, bought: readonly Bought[]): Promise<Deliveries> {
  const { host, port, rootPassword: password } = stack.mysql
  const db = await mysql.createConnection({ host, port, user: 'root', password })
  const sql = 'SELECT id, UNIX_TIMESTAMP(opened_at) * 1000 AS at FROM shop_deliveries.delivery'
  try {
    for (const end = Date.now() + patienceMs; ; await sleep(250)) {
      const [rows] = await db.query<RowDataPacket[]>(sql)
      const deliveries = new Map(rows.map(row => [Number(row['id']), Number(row['at'])]))
      const { acceptedWithoutDelivery: missing } = disagreements(bought, deliveries)
      if (missing === 0 || Date.now() > end) return deliveries
    }
  } finally {
    await db.end()
  }
}
