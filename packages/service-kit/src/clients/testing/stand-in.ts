import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Registry } from 'prom-client'
import { onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../../logger.ts'
import type { RequestContext } from '../../request-context.ts'
import type { ClientSettings } from '../client-settings.ts'
import { createServiceClients } from '../service-clients.ts'
import type { ServiceUnavailable } from '../service-unavailable.ts'

type Line = { readonly level: string; readonly msg: string; readonly [field: string]: unknown }

/** A server that answers as `behaviour` says, and a client of it that expects `{ name }`. */
export async function aStandIn(behaviour: RequestListener, settings: ClientSettings = {}) {
  const requests: { url: string; headers: IncomingHttpHeaders; body: Promise<string> }[] = []
  let current = behaviour
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers, body: text(request).catch(() => '') })
    current(request, response)
  })
  const listen = (port: number) => new Promise<void>(resolve => server.listen(port, '127.0.0.1', () => resolve()))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(stop)
  const lines: Line[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(JSON.parse(line)) })
  const registry = new Registry()
  const client = createServiceClients({ logger, registry }).to('account', `http://127.0.0.1:${port}`, settings)
  return {
    requests,
    lines,
    stop,
    start: () => listen(port),
    behave: (next: RequestListener) => void (current = next),
    get: (context: Partial<RequestContext> = {}) =>
      client.get('/it', {
        schema: z.object({ name: z.string() }),
        query: { name: 'Zoë & co' },
        context: aContext(context)
      }),
    post: (context: Partial<RequestContext> = {}) =>
      client.post('/it', {
        body: { name: 'Zoë' },
        schema: z.object({ name: z.string() }),
        idempotencyKey: '7',
        context: aContext(context)
      }),
    reserve: () => client.reserve(),
    /** The problem with which a call would end at once; undefined if it would be made. */
    refusal(): ServiceUnavailable | undefined {
      try {
        client.reserve().release()
        return undefined
      } catch (error) {
        return error as ServiceUnavailable
      }
    },
    /** The value of a metric, such as `service_client_breaker{to="account",state="open"}`. */
    async metric(series: string) {
      const line = (await registry.metrics()).split('\n').find(each => each.startsWith(`${series} `))
      return line === undefined ? undefined : Number(line.slice(series.length))
    }
  }
}

const aContext = (context: Partial<RequestContext>): RequestContext => ({
  requestId: 'r-1',
  correlationId: 'c-1',
  deadline: Date.now() + 2000,
  signal: new AbortController().signal,
  ...context
})

export const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)

export const answeringZoe = answering(200, '{"name":"Zoë","more":1}')
export const neverAnswering: RequestListener = () => undefined

/** Puts the clock of breakers forward. */
export function useBreakerClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['performance'], now: performance.now() })
  onTestFinished(() => void vi.useRealTimers())
  return ms => void vi.advanceTimersByTime(ms)
}

/** The problem with which a call ends. */
export async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown
  )
  return error as { status: number; message: string; input: { headers: Record<string, string> } }
}
