import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectorLab } from '../support/connector-lab.ts'
import { eventually } from '../support/eventually.ts'
import type { FaultyProxy } from '@outbox-cdc/pipeline'

type Measured = {
  /** From the moment that the case's title names until an order placed after it reached the topic. */
  readonly healedMs: number
  /** From the fault until the keeper's health turned red, where the case promises that. */
  readonly redMs?: number
}

/** One way to break the pipeline, with what is promised of it. */
export type HealingCase = {
  readonly name: string
  readonly title: string
  readonly healWithinMs: number
  readonly redWithinMs?: number
  readonly workers?: 1 | 2
  readonly throughProxy?: boolean
  measure(lab: ConnectorLab): Promise<Measured>
}

export const patience = { timeoutMs: 120_000 }

export const cases: readonly HealingCase[] = [
  {
    name: 'mysqld-away-3',
    title: 'mysqld is killed, and starts again after 3 s; measured from its first answer',
    healWithinMs: 3_000,
    measure: lab => withoutMysql(lab, 3_000)
  },
  {
    name: 'mysqld-away-30',
    title: 'mysqld is killed, and starts again after 30 s; measured from its first answer',
    healWithinMs: 3_000,
    measure: lab => withoutMysql(lab, 30_000)
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
    measure: lab => silence(lab, 0)
  },
  {
    name: 'black-hole',
    title: 'the whole network to MySQL goes silent for 20 s; measured from the end of the silence',
    healWithinMs: 30_000,
    redWithinMs: 10_000,
    throughProxy: true,
    measure: lab => silence(lab, 20_000)
  },
  {
    name: 'mysqld-frozen',
    title: 'mysqld is frozen for 20 s; measured from its thaw',
    healWithinMs: 30_000,
    redWithinMs: 10_000,
    measure: freezeMysql
  }
]

async function withoutMysql(lab: ConnectorLab, awayMs: number): Promise<Measured> {
  const mysql = lab.stack.part('mysql')
  await mysql.kill()
  await sleep(awayMs)
  await mysql.start()
  return { healedMs: await flowAfter(lab, Date.now()) }
}

/** Kills the worker with the task from outside, as a crash does; its supervisor starts it again. */
async function killWorker(lab: ConnectorLab): Promise<Measured> {
  const { stack, api, file } = lab
  const path = `/connectors/${file.name}/status`
  const { tasks } = await api.request<{ tasks: { worker_id: string }[] }>('GET', path)
  const index = stack.connect.urls.findIndex(url => url.endsWith(tasks[0]?.worker_id ?? '?'))
  const killedAt = Date.now()
  process.kill(stack.part(`connect-${index + 1}`).pid() ?? 0, 'SIGKILL')
  await sleep(500) // until all records that were sent before the kill have arrived
  return { healedMs: 500 + (await flowAfter(lab, killedAt + 500)) }
}

async function failTask(lab: ConnectorLab): Promise<Measured> {
  const proxy = proxyOf(lab)
  proxy.refuse(true)
  await lab.api.request('POST', `/connectors/${lab.file.name}/restart?includeTasks=true`)
  await eventually(() => require(lab.keeper.watched().state === 'failed'), patience)
  const failedAt = Date.now()
  proxy.refuse(false)
  return { healedMs: await flowAfter(lab, failedAt) }
}

async function silence(lab: ConnectorLab, forMs: number): Promise<Measured> {
  const proxy = proxyOf(lab)
  const cutAt = Date.now()
  proxy.cut()
  const newest = Math.max(0, ...(await lab.committedOrders()))
  if (forMs === 0) {
    proxy.heal()
    return { healedMs: await flowAfter(lab, cutAt, newest) }
  }
  const redMs = redAfter(lab, cutAt)
  await Promise.all([sleep(forMs), redMs])
  proxy.heal()
  return { healedMs: await flowAfter(lab, Date.now(), newest), redMs: await redMs }
}

async function freezeMysql(lab: ConnectorLab): Promise<Measured> {
  const mysql = lab.stack.part('mysql')
  const redMs = redAfter(lab, Date.now())
  await mysql.freeze()
  await Promise.all([sleep(20_000), redMs])
  await mysql.thaw()
  return { healedMs: await flowAfter(lab, Date.now()), redMs: await redMs }
}

/** The time from `since` until the keeper's health is red; the time waited when it stayed green. */
async function redAfter({ keeper }: ConnectorLab, since: number): Promise<number> {
  const red = async () => require((await fetch(`${keeper.url}/health`)).status === 503)
  await eventually(red, patience).catch(() => undefined)
  return Date.now() - since
}

/** The time from `since` until a newer order reached the topic; the time waited when none did. */
async function flowAfter(lab: ConnectorLab, since: number, newest = 0): Promise<number> {
  const first = () => lab.arrived().find(({ at, orderId }) => at > since && orderId > newest)
  await eventually(() => require(first() !== undefined), patience).catch(() => undefined)
  return (first()?.at ?? Date.now()) - since
}

function proxyOf({ proxy }: ConnectorLab): FaultyProxy {
  if (proxy === undefined) throw new Error('the case needs a proxy')
  return proxy
}

function require(condition: boolean): void {
  if (!condition) throw new Error('not yet')
}
