import {
  DelegateBackoff,
  handleWhen,
  type RetryPolicy,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout
} from 'cockatiel'
import type { RequestContext } from '../request-context.ts'
import { CallFailure } from './call-failure.ts'
import type { Breaker } from './circuit-breaker.ts'
import type { InFlightLimit } from './in-flight-limit.ts'

/** A time limit below this says nothing about the service. */
const fairMs = 100
/** Less time than this isn't worth another attempt. */
const leastMs = 20
const usualProbeMs = 1000

/** Asks once. `limitMs` is its time limit, and `signal` ends it. */
export type Attempt<T> = (limitMs: number, signal: AbortSignal) => Promise<T>

type Surroundings = {
  readonly breaker: Breaker
  readonly limit: InFlightLimit
  readonly context: RequestContext
  readonly timeoutMs?: number | undefined
  readonly mostRetries: number
  readonly retried: () => void
}

/** Asks, and asks again, until the caller's deadline or `timeoutMs` at the latest, or until the caller hangs up. */
export async function attemptUntilDeadline<T>(attempt: Attempt<T>, surroundings: Surroundings) {
  const { breaker, limit, context, timeoutMs = Infinity, mostRetries, retried } = surroundings
  const deadline = Math.min(context.deadline, Date.now() + timeoutMs)
  const leftMs = () => deadline - Date.now()
  if (context.signal.aborted) throw cancelled()
  if (leftMs() < 1) throw new CallFailure('timed_out', 'the time was over')
  const { policy, firstFailure } = createRetries(leftMs, mostRetries)
  policy.onRetry(retried)
  const once = (number: number, signal: AbortSignal) =>
    breaker.run(async isProbe => {
      // A probe is for all callers: the patience of this one must not decide whether the breaker closes.
      if (isProbe) return limit(() => limited(attempt, Math.min(timeoutMs, usualProbeMs), undefined))
      const limitMs = number === mostRetries ? leftMs() : halfOf(leftMs())
      return limit(() => limited(attempt, limitMs, signal)).catch((error: unknown) => {
        throw context.signal.aborted ? cancelled() : error
      })
    })
  try {
    // The caller must not wait longer, whatever happens to the attempt.
    return await timeout(leftMs(), TimeoutStrategy.Aggressive).execute(
      whole => policy.execute(({ attempt: number, signal }) => once(number, signal), whole.signal),
      context.signal
    )
  } catch (error) {
    if (context.signal.aborted) throw cancelled()
    if (error instanceof TaskCancelledError) throw timedOut()
    throw error instanceof CallFailure && error.kind === 'refused' ? (firstFailure() ?? error) : error
  }
}

/** Retries while there is time for it. */
function createRetries(
  leftMs: () => number,
  mostRetries: number
): { policy: RetryPolicy; firstFailure: () => CallFailure | undefined } {
  let first: CallFailure | undefined
  let pauseMs = 0
  const isWorthwhile = (error: unknown) => {
    if (!(error instanceof CallFailure) || !error.canRetry) return false
    first ??= error
    pauseMs = Math.max(error.pauseMs, 25 + 50 * Math.random())
    return leftMs() - pauseMs >= leastMs
  }
  const backoff = new DelegateBackoff(() => pauseMs)
  return { policy: retry(handleWhen(isWorthwhile), { maxAttempts: mostRetries, backoff }), firstFailure: () => first }
}

/** Of the time that is left, so that a lost request leaves time for another one. */
function halfOf(leftMs: number): number {
  return Math.max(leftMs / 2, Math.min(leftMs, fairMs))
}

async function limited<T>(attempt: Attempt<T>, limitMs: number, parent: AbortSignal | undefined): Promise<T> {
  return await timeout(limitMs, TimeoutStrategy.Cooperative).execute(async ({ signal }) => {
    try {
      return await attempt(limitMs, signal)
    } catch (error) {
      if (signal.aborted) throw timedOut(limitMs >= fairMs)
      throw error instanceof CallFailure ? error : new CallFailure('failed', 'no connection', { cause: error })
    }
  }, parent)
}

const timedOut = (counts = true) => new CallFailure('timed_out', 'timed out', { counts })
const cancelled = () => new CallFailure('cancelled', 'the caller hung up')
