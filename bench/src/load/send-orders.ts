import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpConnections, openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { nowMicros, startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { sendOrder } from '@outbox-cdc/test-support/load/send-order'
import { type Summary, summarise } from '../stats.ts'

export type LoadPlan = {
  readonly url: string
  /** Orders a second at even intervals. Without it each connection sends again as soon as it has its answer. */
  readonly rate?: number
  readonly seconds: number
  readonly connections: number
}

/** One request. Times are microseconds since 1970; `id` is the order's, 0 when there is none. */
export type Sample = {
  /** When it was due. A late start counts as waiting: the server or the machine caused it. */
  readonly due: number
  readonly done: number
  readonly status: number
  readonly id: number
}

/** A request without an answer so long after the last order was due counts as not accepted. */
const patienceMs = 5_000

/** Places orders as planned and returns what came of each. */
export async function sendOrders(plan: LoadPlan): Promise<readonly Sample[]> {
  const connections = openHttpConnections(plan.url, { most: plan.connections })
  const samples: Sample[] = []
  const send = async (due: number) => void samples.push(await sample(connections, due))
  if (plan.rate === undefined) await sendWithoutPause(plan, send)
  else {
    const load = startOrderLoad({ send, perSecond: plan.rate, count: Math.round(plan.rate * plan.seconds) })
    await load.allDue
    await Promise.race([load.idle(), sleep(patienceMs, undefined, { ref: false })])
    connections.close()
    await load.idle()
  }
  connections.close()
  return samples
}

async function sendWithoutPause(plan: LoadPlan, send: (due: number) => Promise<void>): Promise<void> {
  const end = performance.now() + plan.seconds * 1000
  const sendUntilEnd = async () => {
    while (performance.now() < end) await send(nowMicros())
  }
  await Promise.all(Array.from({ length: plan.connections }, sendUntilEnd))
}

async function sample(connections: HttpConnections, due: number): Promise<Sample> {
  const { status, id = 0 } = await sendOrder(connections, { name: 'joon' })
  return { due, done: nowMicros(), status, id }
}

/**
 * Milliseconds from when each request was due: a server that makes callers wait is charged for every request that
 * became due meanwhile (coordinated omission).
 */
export function requestTimes(samples: readonly Sample[]): Summary {
  return summarise(samples.filter(isAccepted).map(({ due, done }) => (done - due) / 1000))
}

export function isAccepted({ status }: Sample): boolean {
  return status === 201
}
