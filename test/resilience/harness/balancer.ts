import { Agent, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Balancer = {
  readonly url: string
  /** How many requests each target got, in the order of the targets. */
  readonly shares: readonly number[]
  /** How often a target went from ready to not ready. */
  timesUnready(): number
  close(): Promise<void>
}

const probeMs = 100

/** Round robin over the targets that are ready. It repeats no request. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  const agents = targets.map(() => new Agent({ keepAlive: true, maxSockets: 64 }))
  const ready = targets.map(() => true)
  const shares = targets.map(() => 0)
  let [next, timesUnready] = [0, 0]
  const probe = setInterval(() => {
    for (const [index, target] of targets.entries()) {
      void isReady(target).then(now => {
        if (ready[index] === true && !now) timesUnready += 1
        ready[index] = now
      })
    }
  }, probeMs)
  const choose = () => {
    for (let tried = 0; tried < targets.length; tried++) {
      const index = next++ % targets.length
      if (ready[index] === true) return index
    }
    return undefined
  }
  const server = createServer((incoming, outgoing) => {
    const index = choose()
    if (index === undefined) return void outgoing.writeHead(502).end()
    shares[index] = (shares[index] ?? 0) + 1
    pass(incoming, outgoing, { target: targets[index] ?? '', agent: agents[index] })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shares,
    timesUnready: () => timesUnready,
    async close() {
      clearInterval(probe)
      for (const agent of agents) agent.destroy()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

type Way = { readonly target: string; readonly agent: Agent | undefined }

function pass(incoming: IncomingMessage, outgoing: ServerResponse, { target, agent }: Way): void {
  const { method, headers, url } = incoming
  const onward = request(`${target}${url}`, { method, headers, agent }, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
  incoming.pipe(onward)
}

async function isReady(target: string): Promise<boolean> {
  try {
    const response = await fetch(`${target}/health/ready`, { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
