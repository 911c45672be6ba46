import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import type { Logger } from './logger.ts'
import { isOwnRoute } from './own-routes.ts'

/** The origin of a request. A use case passes it on to the events that it publishes. */
export type RequestContext = {
  readonly requestId: string
  /** The caller's `X-Correlation-Id`, or else the request id. */
  readonly correlationId: string
  /** The caller's W3C `traceparent`. */
  readonly traceparent?: string
  /** Who caused the request: the caller's `X-Actor`, which is believed. Only a gateway that sets it may reach the service. */
  readonly actor?: string
  /** Until when the caller waits, in milliseconds since 1970: from its `X-Timeout-Ms`, or else two seconds from the request on. */
  readonly deadline: number
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal
}

const usualTimeoutMs = 2000
const longestTimeoutMs = 60_000

const shortId = /^[\w.:+/=@-]{1,64}$/
const traceparentFormat = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

export const contextOf = (response: Response): RequestContext => response.locals as RequestContext

/** Gives each request its context, returns its id as `X-Request-Id`, and logs one line when it ends. */
export function requestContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    const hungUp = new AbortController()
    const header = (name: string) => request.get(name)
    const deadline = Date.now() + timeoutOf(header('x-timeout-ms'))
    Object.assign(response.locals, readContext({ header, deadline, signal: hungUp.signal }))
    const { requestId, correlationId } = contextOf(response)
    response.set({ 'X-Request-Id': requestId, 'Cache-Control': 'no-store' })
    response.once('close', () => {
      const { method, path } = request
      const { statusCode: status, writableFinished } = response
      if (!writableFinished) hungUp.abort()
      const ms = Math.round((performance.now() - started) * 10) / 10
      const { reason } = response.locals
      const fields = { method, path, status, ms, requestId, correlationId, location: response.get('Location'), reason }
      const level = isOwnRoute(path) ? 'debug' : 'info'
      logger[reason === undefined ? level : 'warn'](fields, writableFinished ? 'request' : 'request cut off')
    })
    next()
  }
}

/** What the events that a request causes carry on: `ordered({ …, ...originOf(context) })`. */
export function originOf({ correlationId, traceparent, actor }: RequestContext) {
  return { correlationId, traceparent, actor }
}

type Origin = Pick<RequestContext, 'deadline' | 'signal'> & {
  readonly header: (name: string) => string | undefined
}

/** The context of a request of any protocol that has headers. Headers that are malformed count as absent. */
export function readContext({ header, deadline, signal }: Origin): RequestContext {
  const matching = (name: string, format: RegExp) => header(name)?.match(format)?.[0]
  const requestId = matching('x-request-id', shortId) ?? randomUUID()
  const traceparent = matching('traceparent', traceparentFormat)
  const actor = matching('x-actor', shortId)
  return {
    requestId,
    correlationId: matching('x-correlation-id', shortId) ?? requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(actor !== undefined && { actor }),
    deadline,
    signal
  }
}

function timeoutOf(header = ''): number {
  const ms = /^\d{1,5}$/.test(header) ? Number(header) : usualTimeoutMs
  return ms >= 1 && ms <= longestTimeoutMs ? ms : usualTimeoutMs
}
