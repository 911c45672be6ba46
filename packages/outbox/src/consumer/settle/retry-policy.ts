import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFault } from '../../database-errors.ts'
import { asError, OutboxError } from '../../errors.ts'
import { createFailureLog } from '../../failure-log.ts'
import type { Refusal } from '../../parking/parked-event.ts'
import type { Handling, RetryTimes } from './handling.ts'

/**
 * What a failure means for its event. `passing`: the event isn't at fault, so retry until it works. `final`: no retry
 * helps. `unclear`: retry a few times.
 */
export type Fault = 'passing' | 'final' | 'unclear'

/**
 * Database errors that don't concern the event are passing, also deep under a handler's own error. Any error can decide
 * it itself: `retryable: true` is passing, `retryable: false` is final.
 */
export function faultOf(error: unknown): Fault {
  if (databaseFault(error) !== undefined || isUnfitOutbox(error)) return 'passing'
  const retryable = error instanceof Error && 'retryable' in error ? error.retryable : undefined
  if (retryable === true) return 'passing'
  return retryable === false ? 'final' : 'unclear'
}

const unfit: readonly string[] = ['STORE_MISMATCH', 'BINLOG_UNFIT']

// A handler appends an event where the table or the session can't publish any: a person repairs that.
function isUnfitOutbox(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error instanceof OutboxError && unfit.includes(error.code)) || isUnfitOutbox(error.cause)
}

/** Why an event is parked after its handler failed. */
export function refusalFor(failure: unknown): Refusal {
  return { reason: faultOf(failure) === 'final' ? 'REFUSED' : 'HANDLER_FAILED', error: asError(failure) }
}

/** Half to all of the doubled pause, at random, so that consumers that failed together don't return together. */
export function delayBefore(attempt: number, { firstDelayMs, maxDelayMs }: RetryTimes): number {
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 30))
  return full * (0.5 + Math.random() / 2)
}

type Task = {
  /** What is tried, for the log: `apply events`. */
  readonly task: string
  readonly events?: number
  /** Ends the waiting: the partition is no longer ours, or the consumer stops. */
  readonly signal: AbortSignal
}

/** Repeats `work` until it succeeds or fails for a reason that doesn't pass. */
export async function retryWhilePassing<T>(
  { retry, logger, observe }: Pick<Handling, 'retry' | 'logger' | 'observe'>,
  { task, events, signal }: Task,
  work: () => Promise<T>
): Promise<T> {
  const failures = createFailureLog(logger)
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (faultOf(error) !== 'passing') throw error
      observe.retrying?.(error, attempt)
      failures.failed({ err: error, attempt, events }, `cannot ${task} now; will retry`)
    }
    await sleep(delayBefore(attempt, retry), undefined, { signal })
  }
}
