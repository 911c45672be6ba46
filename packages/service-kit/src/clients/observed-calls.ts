import type { Logger } from '../logger.ts'
import type { RequestContext } from '../request-context.ts'
import { CallFailure } from './call-failure.ts'
import type { Breaker } from './circuit-breaker.ts'
import type { ClientMetrics, Outcome } from './client-metrics.ts'
import type { Reservation } from './reservations.ts'
import { ServiceUnavailable } from './service-unavailable.ts'

type Parts = {
  readonly service: string
  readonly log: Logger
  readonly metrics: ClientMetrics
  readonly breaker: Breaker
  readonly reserved: () => Reservation
}

type Call<T> = {
  readonly path: string
  readonly context: RequestContext
  /** Whether the call changes something. */
  readonly changes: boolean
  readonly make: () => Promise<T>
  readonly outcomeOf: (answer: T) => Outcome
}

/** Counts and logs how calls to one service end, and turns what its callers can't help into `ServiceUnavailable`. */
export function observeCalls({ service, log, metrics, breaker, reserved }: Parts) {
  async function run<T>({ path, context, changes, make, outcomeOf }: Call<T>): Promise<T> {
    const started = performance.now()
    const seconds = () => (performance.now() - started) / 1000
    try {
      const answer = await make()
      metrics.observe(service, outcomeOf(answer), seconds())
      return answer
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      report(error, seconds(), { path, context })
      throw unavailable(error, changes && error.wasSent)
    }
  }

  function report(failure: CallFailure, took: number, { path, context }: Pick<Call<unknown>, 'path' | 'context'>) {
    const { kind, message: reason } = failure
    if (kind === 'cancelled') return
    metrics.observe(service, kind === 'rejected' ? 'failed' : kind, took)
    // What isn't sent is in the line of the request, and the breaker has said why.
    if (!failure.wasSent) return
    const { requestId, correlationId } = context
    const fields = { path, reason, ms: Math.round(took * 1000), requestId, correlationId, err: failure.cause }
    log[kind === 'rejected' ? 'error' : 'warn'](fields, 'call failed')
  }

  function unavailable(failure: CallFailure, maybeDone: boolean): ServiceUnavailable {
    const ms = Math.min(Math.max(failure.pauseMs, breaker.probeInMs()), 60_000)
    const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000))
    return new ServiceUnavailable(
      { service, reason: failure.message, retryAfterSeconds, maybeDone },
      { cause: failure }
    )
  }

  function reserve(): Reservation {
    try {
      return reserved()
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      metrics.observe(service, error.kind === 'full' ? 'full' : 'refused', 0)
      throw unavailable(error, false)
    }
  }

  return { run, reserve }
}
