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

const mostRetries = 2
/** A time limit below this says nothing about the service. */
const fairMs = 100
/** Less time than this isn't worth another attempt. */
const leastMs = 20
const probeMs = 1000

/** Asks once. `limitMs` is its time limit, and `signal` ends it. */
export type Attempt<T> = (limitMs: number, signal: AbortSignal) => Promise<T>

type Surroundings = { readonly breaker: Breaker; readonly context: RequestContext; readonly retried: () => void }

/** Asks at most three times, until the caller's deadline at the latest, or until the caller hangs up. */
export async function attemptUntilDeadline<T>(attempt: Attempt<T>, { breaker, context, retried }: Surroundings) {
  const leftMs = () => context.deadline - Date.now()
  if (context.signal.aborted) throw cancelled()
  if (leftMs() < 1) throw new CallFailure('timed_out', 'the time was over')
  const { policy, firstFailure } = createRetries(leftMs)
  policy.onRetry(retried)
  try {
    // The caller must not wait longer, whatever happens to the attempt.
    return await timeout(leftMs(), TimeoutStrategy.Aggressive).execute(
      whole =>
        policy.execute(
          ({ attempt: number, signal }) =>
            breaker.run(isProbe => {
              // A probe is for all callers: the patience of this one must not decide whether the breaker closes.
              if (isProbe) return limited(attempt, probeMs, undefined)
              return limited(attempt, shareOf(leftMs(), number), signal)
            }),
          whole.signal
        ),
      context.signal
    )
  } catch (error) {
    if (context.signal.aborted) throw cancelled()
    if (error instanceof TaskCancelledError) throw timedOut()
    throw error instanceof CallFailure && error.kind === 'refused' ? (firstFailure() ?? error) : error
  }
}

/** Retries while there is time for it. */
function createRetries(leftMs: () => number): { policy: RetryPolicy; firstFailure: () => CallFailure | undefined } {
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

/** Half of the time that is left, so that a lost request leaves time for another one. */
function shareOf(leftMs: number, retries: number): number {
  return retries === mostRetries ? leftMs : Math.max(leftMs / 2, Math.min(leftMs, fairMs))
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
