import { setTimeout as sleep } from 'node:timers/promises'
import { delayBefore, usualRetry } from './retry-policy.ts'

type Chore = {
  readonly everyMs: number
  readonly signal: AbortSignal
  /** Resolves to true when there is more to do at once. */
  readonly work: () => Promise<boolean | void>
  readonly onFailure: (error: unknown) => void
}

/** Repeats a background task until the signal: one run at a time, more patiently while it fails. Never rejects. */
export async function repeat({ everyMs, signal, work, onFailure }: Chore): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    let pause = everyMs
    try {
      if (await work()) pause = 0
      failures = 0
    } catch (error) {
      failures++
      pause = Math.max(everyMs, delayBefore(failures, usualRetry))
      if (!signal.aborted) onFailure(error)
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}
