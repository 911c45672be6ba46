import { Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { contextOf, type Logger, Problem, rawBody } from '@outbox-cdc/service-kit'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { watchReplicas } from './replicas.ts'

/** Where the processes of a service are, and the paths that are its own. */
type Target = { readonly urls: readonly string[]; readonly paths: readonly string[] }

/** The caller's time was over before the service had answered. */
class OutOfTime extends Error {}

const retryAfterSeconds = 2

/**
 * Sends requests on by their path, as they are. The service gets the request id, the correlation id and the trace, and
 * the time that is left. Its processes take turns. A request that one of them can't have got goes to the next, and so does
 * a reading one that broke. What isn't answered within that time, or not at all, is a 503.
 */
export function forwardTo(targets: Readonly<Record<string, Target>>, logger: Logger) {
  const agent = new Agent({ keepAlive: true })
  const send = createSend(agent, logger)
  const routes = Router()
  const watched = Object.entries(targets).map(([service, { urls, paths }]) => {
    const replicas = watchReplicas(urls)
    const handler = forwarder(service, replicas, send)
    for (const path of paths) routes.all(`${path}{/*rest}`, rawBody, handler)
    return replicas
  })
  return {
    routes,
    start: () => watched.forEach(replicas => replicas.start()),
    close() {
      for (const replicas of watched) replicas.stop()
      agent.destroy()
    }
  }
}

type Attempt = { readonly url: string; readonly body: Buffer }
/** Resolves with the error if there is no whole answer, else never. */
type Send = (request: Request, response: Response, attempt: Attempt) => Promise<Failure>
type Failure = Error & { readonly code?: string }

const reading = ['GET', 'HEAD', 'OPTIONS']

function forwarder(service: string, replicas: ReturnType<typeof watchReplicas>, send: Send): RequestHandler {
  return async (request, response, next) => {
    // Answered by this server. The proxy would leave such a request as it is, without ids and without a time limit.
    delete request.headers.expect
    const body: Buffer = request.body ?? Buffer.alloc(0)
    // Each attempt adds some, and there are as many attempts as processes at most.
    response.setMaxListeners(0)
    let failed: Failure = new Error('there is no address')
    for (const url of replicas.inTurn()) {
      failed = await send(request, response, { url, body })
      // Half an answer can't be taken back: the proxy cuts the connection.
      if (response.headersSent) return
      if (isNotThere(failed)) replicas.refused(url)
      else if (failed instanceof OutOfTime || !reading.includes(request.method)) break
    }
    next(unanswered(service, failed))
  }
}

function createSend(agent: Agent, logger: Logger): Send {
  const attempts = new WeakMap<IncomingMessage, Attempt & { readonly fail: (error: Failure) => void }>()
  const proxy = createProxyMiddleware<Request, Response>({
    router: request => attempts.get(request)?.url ?? '',
    agent,
    on: {
      proxyReq(outgoing, request, response) {
        passOn(outgoing, response)
        const { body } = attempts.get(request) ?? {}
        if (body !== undefined && body.length > 0) outgoing.write(body)
      },
      proxyRes: (answer, request) => stayHere(answer, attempts.get(request)?.url ?? ''),
      error: (error, request) => attempts.get(request)?.fail(error)
    },
    logger: { info: () => undefined, warn: text => logger.warn(text), error: text => logger.error(text) }
  })
  return (request, response, attempt) =>
    new Promise(fail => {
      if (request.headers['transfer-encoding'] !== undefined) {
        delete request.headers['transfer-encoding']
        request.headers['content-length'] = String(attempt.body.length)
      }
      attempts.set(request, { ...attempt, fail })
      void proxy(request, response, error => fail(error as Failure))
    })
}

function passOn(outgoing: ClientRequest, response: Response): void {
  const { requestId, correlationId, deadline } = contextOf(response)
  const left = Math.max(1, deadline - Date.now())
  outgoing.setHeader('x-request-id', requestId)
  outgoing.setHeader('x-correlation-id', correlationId)
  outgoing.setHeader('x-timeout-ms', left)
  const late = setTimeout(() => outgoing.destroy(new OutOfTime('out of time')), left)
  response.once('close', () => clearTimeout(late))
}

/** The address of a service is no address for its callers. */
function stayHere({ headers }: IncomingMessage, url: string): void {
  const { location } = headers
  const { origin } = new URL(url)
  if (location?.startsWith(`${origin}/`)) headers.location = location.slice(origin.length)
}

/** Nothing was sent. */
const isNotThere = ({ code = '' }: Failure): boolean => ['ECONNREFUSED', 'ENOTFOUND'].includes(code)

function unanswered(service: string, cause: Failure): Problem {
  const [reason, effect] = reasonOf(cause)
  const detail = `${service} doesn't answer (${reason}); ${effect}. Try again in ${retryAfterSeconds} s.`
  const headers = { 'Retry-After': String(retryAfterSeconds) }
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause })
}

const untouched = 'nothing was changed'
const unknown = 'the request may or may not have taken effect'

function reasonOf(cause: Failure): readonly [reason: string, effect: string] {
  if (cause instanceof OutOfTime) return ['not in time', unknown]
  if (isNotThere(cause)) return ['it is not there', untouched]
  return ['the connection broke', unknown]
}
