import { setTimeout as sleep } from 'node:timers/promises'
import { isRetryable } from '../errors.ts'

/**
 * What a failure means for its event. `passing`: not the event's fault, so try until it works; `final`: no retry will
 * ever help; `unclear`: try a few times.
 */
export type Fault = 'passing' | 'final' | 'unclear'

// What a person or time heals, and parking would not: cannot reach, too busy, no space, not allowed, not migrated yet.
const passingCodes = new Set(
  [
    'ER_DISK_FULL ER_RECORD_FILE_FULL ER_OUT_OF_RESOURCES ER_OUTOFMEMORY ER_ENGINE_OUT_OF_MEMORY ER_HOST_IS_BLOCKED',
    'ER_ACCESS_DENIED_ERROR ER_DBACCESS_DENIED_ERROR ER_TABLEACCESS_DENIED_ERROR ER_BAD_DB_ERROR ER_NO_SUCH_TABLE ER_BAD_FIELD_ERROR',
    'ER_USER_LIMIT_REACHED ER_QUERY_TIMEOUT ER_LOCK_NOWAIT ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
    // A handler appends, and the table outbox is missing or another one.
    'STORE_MISMATCH',
    'ER_TRANSACTION_ROLLBACK_DURING_COMMIT ER_NET_READ_INTERRUPTED ER_NORMAL_SHUTDOWN ER_NEW_ABORTING_CONNECTION',
    // PostgreSQL: read-only, no such table or database, not allowed, statement cancelled.
    '25006 42P01 42703 3D000 42501 57014 28000 28P01'
  ].flatMap(line => line.split(' '))
)

/** Errors may say it themselves: `retryable: true` passes, `retryable: false` is final. */
export function faultOf(error: unknown): Fault {
  if (isPassing(error)) return 'passing'
  const said = error instanceof Error && 'retryable' in error ? error.retryable : undefined
  if (said === true) return 'passing'
  return said === false ? 'final' : 'unclear'
}

// The driver's error may lie deep under a handler's own: a deadlock stays one, whatever was made of it.
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // PostgreSQL's class 53: insufficient resources; 58: system error. Some ends of a connection have words but no code.
  if (isRetryable(error) || passingCodes.has(code) || /^5[38][0-9A-Z]{3}$/.test(code)) return true
  return /Connection terminated|connection is in closed state/i.test(error.message) || isPassing(error.cause)
}

/** How long failures are retried. Times are in milliseconds. */
export type RetryTimes = {
  /** The first pause; each further one is twice as long. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** How often an event is tried when its failure is unclear, before it is parked. */
  readonly attempts: number
}

export const usualRetry: RetryTimes = { firstDelayMs: 50, maxDelayMs: 10_000, attempts: 4 }

/** Between half of and the whole doubled pause, so that consumers that failed together do not return together. */
export function delayBefore(attempt: number, { firstDelayMs, maxDelayMs }: RetryTimes): number {
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 30))
  return full * (0.5 + Math.random() / 2)
}

type Patience = {
  readonly times: RetryTimes
  /** Ends the waiting: the partition is no longer ours, or the consumer stops. */
  readonly signal: AbortSignal
  readonly onRetry: (error: unknown, attempt: number) => void
}

/** Does `work` until it succeeds or fails by something that does not pass. */
export async function whilePassing<T>(work: () => Promise<T>, { times, signal, onRetry }: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (faultOf(error) !== 'passing') throw error
      onRetry(error, attempt)
    }
    await sleep(delayBefore(attempt, times), undefined, { signal })
  }
}
