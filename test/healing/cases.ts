import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/eventually.ts'
import type { FaultyProxy } from '../resilience/harness/faulty-proxy.ts'
import type { HealingCase, HealingLab, Measured } from './healing-case.ts'

const patience = { timeoutMs: 120_000 }

export const cases: readonly HealingCase[] = [
  {
    name: 'mysqld-away-3',
    title: 'mysqld is killed, and starts again after 3 s; measured from its first answer',
    healWithinMs: 3_000,
    measure: around => withoutMysql(around, 3_000)
  },
  {
    name: 'mysqld-away-30',
    title: 'mysqld is killed, and starts again after 30 s; measured from its first answer',
    healWithinMs: 3_000,
    measure: around => withoutMysql(around, 30_000)
  },
  {
    name: 'connect-killed',
    title: 'the only Connect worker is killed; measured from the kill',
    healWithinMs: 20_000,
    measure: killWorker
  },
  {
    name: 'worker-of-two-killed',
    title: 'of two Connect workers, the one with the task is killed; measured from the kill',
    healWithinMs: 15_000,
    workers: 2,
    measure: killWorker
  },
  {
    name: 'task-failed',
    title: 'the task fails, because MySQL refuses its connection at the start; measured from the failure',
    healWithinMs: 10_000,
    throughProxy: true,
    measure: failTask
  },
  {
    name: 'frozen-peer',
    title: 'every open connection to MySQL goes silent, new ones work; measured from the silence',
    healWithinMs: 30_000,
    throughProxy: true,
    measure: around => silence(around, 0)
  },
  {
    name: 'black-hole',
    title: 'the whole network to MySQL goes silent for 20 s; measured from the end of the silence',
    healWithinMs: 30_000,
    redWithinMs: 10_000,
    throughProxy: true,
    measure: around => silence(around, 20_000)
  },
  {
    name: 'mysqld-frozen',
    title: 'mysqld is frozen for 20 s; measured from its thaw',
    healWithinMs: 30_000,
    redWithinMs: 10_000,
    measure: freezeMysql
  }
]

async function withoutMysql(around: HealingLab, awayMs: number): Promise<Measured> {
  const { stack } = around.lab
  await stack.part('mysql').kill()
  await sleep(awayMs)
  await stack.part('mysql').start()
  return { healedMs: await flowAfter(around, Date.now()) }
}

/** Kills the process from outside, like a crash; its supervisor restarts it. */
async function killWorker(around: HealingLab): Promise<Measured> {
  const { stack, api, file } = around.lab
  const path = `/connectors/${file.name}/status`
  const { tasks } = await api.request<{ tasks: { worker_id: string }[] }>('GET', path)
  const index = stack.connect.urls.findIndex(url => url.endsWith(tasks[0]?.worker_id ?? '?'))
  const killedAt = Date.now()
  process.kill(stack.part(`connect-${index + 1}`).pid() ?? 0, 'SIGKILL')
  await sleep(500) // records that were already on the way to this consumer
  return { healedMs: 500 + (await flowAfter(around, killedAt + 500)) }
}

async function failTask(around: HealingLab): Promise<Measured> {
  const { lab, kept } = around
  const proxy = proxyOf(around)
  proxy.refuse(true)
  await lab.api.request('POST', `/connectors/${lab.file.name}/restart?includeTasks=true`)
  await eventually(() => refuseUnless(kept.watched().state === 'failed'), patience)
  const failedAt = Date.now()
  proxy.refuse(false)
  return { healedMs: await flowAfter(around, failedAt) }
}

async function silence(around: HealingLab, forMs: number): Promise<Measured> {
  const proxy = proxyOf(around)
  const cutAt = Date.now()
  proxy.cut()
  const newest = Math.max(0, ...(await around.lab.committedOrders()))
  if (forMs === 0) {
    proxy.heal()
    return { healedMs: await flowAfter(around, cutAt, newest) }
  }
  const redMs = redAfter(around, cutAt)
  await sleep(forMs)
  proxy.heal()
  return { healedMs: await flowAfter(around, Date.now(), newest), redMs: await redMs }
}

async function freezeMysql(around: HealingLab): Promise<Measured> {
  const { stack } = around.lab
  const redMs = redAfter(around, Date.now())
  await stack.part('mysql').freeze()
  await sleep(20_000)
  await stack.part('mysql').thaw()
  return { healedMs: await flowAfter(around, Date.now()), redMs: await redMs }
}

/** The time from `since` until the keeper's health is red, or the whole wait if it stays green. */
async function redAfter({ kept }: HealingLab, since: number): Promise<number> {
  const red = async () => refuseUnless((await fetch(`${kept.url}/health`)).status === 503)
  await eventually(red, { timeoutMs: 20_000 }).catch(() => undefined)
  return Date.now() - since
}

/** The time from `since` until a newer order reaches this reader of the topic, or the whole wait if none does. */
async function flowAfter({ topic }: HealingLab, since: number, newest = 0): Promise<number> {
  const first = () => topic.seen.find(({ at, orderId }) => at > since && orderId > newest)
  await eventually(() => refuseUnless(first() !== undefined), patience).catch(() => undefined)
  return (first()?.at ?? Date.now()) - since
}

function proxyOf({ proxy }: HealingLab): FaultyProxy {
  if (proxy === undefined) throw new Error('the case needs a proxy')
  return proxy
}

function refuseUnless(good: boolean): void {
  if (!good) throw new Error('not yet')
}
