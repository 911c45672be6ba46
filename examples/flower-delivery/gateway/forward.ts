import { Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { contextOf, type Logger, Problem } from '@outbox-cdc/service-kit'
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

/** Where a service is, and the paths that are its own. */
type Target = { readonly url: string; readonly paths: readonly string[] }

/** The caller's time was over before the service had answered. */
class OutOfTime extends Error {}

const retryAfterSeconds = 2

/**
 * Sends requests on by their path, as they are. The service gets the request id, the correlation id and the trace, and
 * the time that is left. What it doesn't answer within that time, or not at all, is a 503.
 */
export function forwardTo(targets: Readonly<Record<string, Target>>, logger: Logger) {
  const agent = new Agent({ keepAlive: true })
  const routes = Router()
  for (const [service, { url, paths }] of Object.entries(targets)) {
    const handler = forwarder({ service, url, agent, logger })
    for (const path of paths) routes.all(`${path}{/*rest}`, handler)
  }
  return { routes, close: () => agent.destroy() }
}

type Parts = { readonly service: string; readonly url: string; readonly agent: Agent; readonly logger: Logger }

function forwarder({ service, url, agent, logger }: Parts): RequestHandler {
  const nextOf = new WeakMap<Response, NextFunction>()
  const proxy = createProxyMiddleware<Request, Response>({
    target: url,
    agent,
    on: {
      proxyReq: (outgoing, _, response) => passOn(outgoing, response),
      proxyRes: answer => stayHere(answer, new URL(url)),
      error(error, _, response) {
        // Half an answer can't be taken back: the proxy cuts the connection.
        if (!('locals' in response) || response.headersSent) return
        nextOf.get(response)?.(unanswered(service, error))
        nextOf.delete(response)
      }
    },
    logger: { info: () => undefined, warn: text => logger.warn(text), error: text => logger.error(text) }
  })
  return (request, response, next) => {
    nextOf.set(response, next)
    // Answered by this server. The proxy would leave such a request as it is, without ids and without a time limit.
    delete request.headers.expect
    void proxy(request, response, next)
  }
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
function stayHere({ headers }: IncomingMessage, { origin }: URL): void {
  const { location } = headers
  if (location?.startsWith(`${origin}/`)) headers.location = location.slice(origin.length)
}

function unanswered(service: string, cause: Error & { readonly code?: string }): Problem {
  const [reason, effect] = reasonOf(cause)
  const detail = `${service} doesn't answer (${reason}); ${effect}. Try again in ${retryAfterSeconds} s.`
  const headers = { 'Retry-After': String(retryAfterSeconds) }
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause })
}

const untouched = 'nothing was changed'
const unknown = 'the request may or may not have taken effect'

function reasonOf(cause: Error & { readonly code?: string }): readonly [reason: string, effect: string] {
  if (cause instanceof OutOfTime) return ['not in time', unknown]
  if (cause.code === 'ECONNREFUSED' || cause.code === 'ENOTFOUND') return ['it is not there', untouched]
  return ['the connection broke', unknown]
}
