/** How long the one-trip outbox waits. Times are in milliseconds. */
export type OneTripBounds = {
  /** For a free connection; 2,000 by default. Then `WRITE_FAILED`, retryable: nothing was sent. */
  readonly waitMs?: number
  /**
   * For the server's answer; 10,000 by default. Then the connection is cut: `COMMIT_UNKNOWN`. Locks are waited for half
   * as long, so that a lock wait stays what it is: `WRITE_FAILED`, retryable.
   */
  readonly silenceMs?: number
}

/** The answer of `work`, or `late()` when it takes longer; what comes after that is dropped. */
export async function bounded<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}

/** A server that is frozen, or a network that swallows: nothing comes, and nothing is closed. */
export function silent(ms: number): Error {
  return Object.assign(new Error(`MySQL was silent for ${ms} ms`), { code: 'ETIMEDOUT' })
}
