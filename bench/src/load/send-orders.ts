import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpSocket, openHttpSocket } from './http-socket.ts'
import type { Sample } from './samples.ts'

export type LoadPlan = {
  readonly host: string
  readonly port: number
  /** Orders a second, at even distances; without it each connection asks again as soon as it is answered. */
  readonly rate?: number
  readonly seconds: number
  readonly connections: number
}

const body = JSON.stringify({ name: 'joon', quantity: 95 })

/** Places orders as planned and answers what became of each. */
export async function sendOrders(plan: LoadPlan): Promise<readonly Sample[]> {
  const sockets = Array.from({ length: plan.connections }, () => openHttpSocket(plan.host, plan.port))
  try {
    return await (plan.rate === undefined
      ? askAgainAndAgain(plan, sockets)
      : askOnTime({ ...plan, rate: plan.rate }, sockets))
  } finally {
    for (const socket of sockets) socket.close()
  }
}

async function askAgainAndAgain({ seconds }: LoadPlan, sockets: readonly HttpSocket[]): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const end = performance.now() + seconds * 1000
  await Promise.all(
    sockets.map(async socket => {
      while (performance.now() < end) samples.push(await order(socket, nowMicros()))
    })
  )
  return samples
}

/** Open loop: who is due is sent, whether or not earlier ones are answered; who finds no free connection waits for one. */
async function askOnTime(
  { rate, seconds }: LoadPlan & { readonly rate: number },
  sockets: readonly HttpSocket[]
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const free = [...sockets]
  const late: number[] = []
  const running = new Set<Promise<void>>()
  const start = nowMicros() + 20_000
  const count = Math.round(rate * seconds)

  /** Sends what is due on this connection, and then whatever is late meanwhile. */
  async function send(due: number, socket: HttpSocket): Promise<void> {
    for (let next: number | undefined = due; next !== undefined; next = late.shift())
      samples.push(await order(socket, next))
    free.push(socket)
  }

  function begin(due: number, socket: HttpSocket): void {
    const one: Promise<void> = send(due, socket).finally(() => running.delete(one))
    running.add(one)
  }

  for (let sent = 0; sent < count; ) {
    for (const now = nowMicros(); sent < count && start + (sent * 1e6) / rate <= now; sent++) {
      const socket = free.pop()
      const due = start + (sent * 1e6) / rate
      if (socket === undefined) late.push(due)
      else begin(due, socket)
    }
    await sleep(1)
  }
  // A server that cannot keep up is given this long; what is then still waiting counts as not done.
  const patience = nowMicros() + 5e6
  while (running.size > 0 && nowMicros() < patience) await sleep(5)
  for (const due of late) samples.push({ due, done: nowMicros(), status: 0, id: 0 })
  return samples
}

async function order(socket: HttpSocket, due: number): Promise<Sample> {
  try {
    const { status, body: text } = await socket.post('/order', body)
    const id = status === 201 ? Number(/"id":(\d+)/.exec(text)?.[1] ?? 0) : 0
    return { due, done: nowMicros(), status, id }
  } catch {
    return { due, done: nowMicros(), status: 0, id: 0 }
  }
}

function nowMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1000
}
