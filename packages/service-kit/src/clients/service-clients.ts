import type { Registry } from 'prom-client'
import type { z } from 'zod'
import type { Logger } from '../logger.ts'
import type { RequestContext } from '../request-context.ts'
import { type Attempt, attemptUntilDeadline } from './attempts.ts'
import { createBreaker } from './circuit-breaker.ts'
import { createClientMetrics } from './client-metrics.ts'
import type { ClientSettings } from './client-settings.ts'
import { createInFlightLimit } from './in-flight-limit.ts'
import { observeCalls } from './observed-calls.ts'
import { type PostAnswer, readGetAnswer, readPostAnswer } from './read-answer.ts'
import { createReservations, type Reservation } from './reservations.ts'

type Get<T> = {
  readonly schema: z.ZodType<T>
  readonly query?: Readonly<Record<string, string>>
  readonly context: RequestContext
}

type Post<T> = {
  readonly body: unknown
  readonly schema: z.ZodType<T>
  /** The same for each repeat of the same request. */
  readonly idempotencyKey: string
  readonly context: RequestContext
}

export type ServiceClient = {
  /**
   * The body of a 200, as `schema` reads it; undefined for a 404. Throws `ServiceUnavailable` for everything else, at the
   * caller's deadline at the latest.
   */
  readonly get: <T>(path: string, call: Get<T>) => Promise<T | undefined>
  /**
   * Sends a JSON body once. Gives the body of a 200 or 201, as `schema` reads it, or why the service says no by a 409 or 422.
   * Throws `ServiceUnavailable` for everything else: unless it was refused here, the service may have done what was asked.
   */
  readonly post: <T>(path: string, call: Post<T>) => Promise<PostAnswer<T>>
  /**
   * Holds a place for a call that follows, until it's released. Throws the `ServiceUnavailable` that the call would meet: the
   * breaker is open or its probe is under way, or `mostInFlight` places are held, which counts as a failed call.
   */
  readonly reserve: () => Reservation
}

export type ServiceClients = ReturnType<typeof createServiceClients>

type Options = { readonly logger: Logger; readonly registry: Registry }

const mostRetriesOfGet = 2

/** Clients of other services, with a circuit breaker for each. Create them once in a process. */
export function createServiceClients({ logger, registry }: Options) {
  const metrics = createClientMetrics(registry)
  return {
    /** A client of one other service. */
    to(service: string, baseUrl: string, settings: ClientSettings = {}): ServiceClient {
      const log = logger.child({ to: service })
      const listeners = {
        opened: ({ message: reason, cause: err }: Error) => log.warn({ reason, err }, 'circuit breaker opened'),
        closed: () => log.info('circuit breaker closed')
      }
      const breaker = createBreaker(listeners, settings)
      metrics.watch(service, breaker)
      const limits = { breaker, limit: createInFlightLimit(settings.mostInFlight), timeoutMs: settings.timeoutMs }
      const retried = () => metrics.retried(service)
      const ask = <T>(attempt: Attempt<T>, context: RequestContext, mostRetries: number) =>
        attemptUntilDeadline(attempt, { ...limits, context, mostRetries, retried })
      const reserved = createReservations(breaker, settings.mostInFlight)
      return createClient({ baseUrl, ask, ...observeCalls({ service, log, metrics, breaker, reserved }) })
    }
  }
}

type Parts = ReturnType<typeof observeCalls> & {
  readonly baseUrl: string
  readonly ask: <T>(attempt: Attempt<T>, context: RequestContext, mostRetries: number) => Promise<T>
}

function createClient({ baseUrl, ask, run, reserve }: Parts): ServiceClient {
  return {
    get(path, { schema, query = {}, context }) {
      const url = urlOf(baseUrl, path, query)
      const attempt = async (limitMs: number, signal: AbortSignal) => {
        const headers = headersOf(context, limitMs)
        return await readGetAnswer(await fetch(url, { headers, redirect: 'manual', signal }), schema)
      }
      const make = () => ask(attempt, context, mostRetriesOfGet)
      return run({
        path,
        context,
        changes: false,
        make,
        outcomeOf: answer => (answer === undefined ? 'not_found' : 'ok')
      })
    },
    post(path, { body, schema, idempotencyKey, context }) {
      const url = urlOf(baseUrl, path)
      const content = { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey }
      const request = { method: 'POST', body: JSON.stringify(body), redirect: 'manual' } as const
      const attempt = async (limitMs: number, signal: AbortSignal) => {
        const headers = { ...headersOf(context, limitMs), ...content }
        return await readPostAnswer(await fetch(url, { ...request, headers, signal }), schema)
      }
      const make = () => ask(attempt, context, 0)
      return run({
        path,
        context,
        changes: true,
        make,
        outcomeOf: ({ declined }) => (declined === undefined ? 'ok' : 'declined')
      })
    },
    reserve
  }
}

function urlOf(baseUrl: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString()
  return `${baseUrl.replace(/\/$/, '')}${path}${search === '' ? '' : `?${search}`}`
}

const headersOf = ({ requestId, correlationId, traceparent, actor }: RequestContext, limitMs: number) => ({
  Accept: 'application/json',
  'X-Timeout-Ms': String(Math.max(1, Math.floor(limitMs))),
  'X-Request-Id': requestId,
  'X-Correlation-Id': correlationId,
  ...(traceparent !== undefined && { traceparent }),
  ...(actor !== undefined && { 'X-Actor': actor })
})
