import type { Registry } from 'prom-client'
import type { z } from 'zod'
import type { Logger } from '../logger.ts'
import type { RequestContext } from '../request-context.ts'
import { attemptUntilDeadline } from './attempts.ts'
import { CallFailure } from './call-failure.ts'
import { type Breaker, createBreaker } from './circuit-breaker.ts'
import { type ClientMetrics, createClientMetrics } from './client-metrics.ts'
import { readAnswer } from './read-answer.ts'
import { ServiceUnavailable } from './service-unavailable.ts'

type Call<T> = {
  readonly schema: z.ZodType<T>
  readonly query?: Readonly<Record<string, string>>
  readonly context: RequestContext
}

export type ServiceClient = {
  /**
   * The body of a 200, as `schema` reads it; undefined for a 404. Throws `ServiceUnavailable` for everything else, at the
   * caller's deadline at the latest.
   */
  readonly get: <T>(path: string, call: Call<T>) => Promise<T | undefined>
}

type Options = { readonly logger: Logger; readonly registry: Registry }

/** Clients of other services, with a circuit breaker for each. Create them once in a process. */
export function createServiceClients({ logger, registry }: Options) {
  const metrics = createClientMetrics(registry)
  return {
    /** A client of one other service. */
    to(service: string, baseUrl: string): ServiceClient {
      const log = logger.child({ to: service })
      const breaker = createBreaker({
        opened: ({ message: reason, cause: err }) => log.warn({ reason, err }, 'circuit breaker opened'),
        closed: () => log.info('circuit breaker closed')
      })
      metrics.watch(service, breaker)
      return createClient({ service, baseUrl, log, metrics, breaker })
    }
  }
}

type Parts = {
  readonly service: string
  readonly baseUrl: string
  readonly log: Logger
  readonly metrics: ClientMetrics
  readonly breaker: Breaker
}

function createClient({ service, baseUrl, log, metrics, breaker }: Parts): ServiceClient {
  const retried = () => metrics.retried(service)
  return {
    async get(path, { schema, query = {}, context }) {
      const started = performance.now()
      const seconds = () => (performance.now() - started) / 1000
      const url = urlOf(baseUrl, path, query)
      const attempt = async (limitMs: number, signal: AbortSignal) => {
        const headers = headersOf(context, limitMs)
        return await readAnswer(await fetch(url, { headers, redirect: 'manual', signal }), schema)
      }
      try {
        const answer = await attemptUntilDeadline(attempt, { breaker, context, retried })
        metrics.observe(service, answer === undefined ? 'not_found' : 'ok', seconds())
        return answer
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error
        report(error, seconds())
        throw unavailable(error)
      }
      function report(failure: CallFailure, took: number) {
        const { kind, message: reason } = failure
        if (kind === 'cancelled') return
        metrics.observe(service, kind === 'rejected' ? 'failed' : kind, took)
        // A refusal is in the line of the request, and the breaker has said why.
        if (kind === 'refused') return
        const { requestId, correlationId } = context
        const fields = { path, reason, ms: Math.round(took * 1000), requestId, correlationId, err: failure.cause }
        log[kind === 'rejected' ? 'error' : 'warn'](fields, 'call failed')
      }
    }
  }

  function unavailable(failure: CallFailure): ServiceUnavailable {
    const ms = Math.min(Math.max(failure.pauseMs, breaker.probeInMs()), 60_000)
    const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000))
    return new ServiceUnavailable({ service, reason: failure.message, retryAfterSeconds }, { cause: failure })
  }
}

function urlOf(baseUrl: string, path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString()
  return `${baseUrl.replace(/\/$/, '')}${path}${search === '' ? '' : `?${search}`}`
}

const headersOf = ({ requestId, correlationId, traceparent }: RequestContext, limitMs: number) => ({
  Accept: 'application/json',
  'X-Timeout-Ms': String(Math.max(1, Math.floor(limitMs))),
  'X-Request-Id': requestId,
  'X-Correlation-Id': correlationId,
  ...(traceparent !== undefined && { traceparent })
})
