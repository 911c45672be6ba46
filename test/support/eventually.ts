import { setTimeout as sleep } from 'node:timers/promises'

type Patience = { readonly timeoutMs?: number; readonly everyMs?: number }

/** Repeats an assertion until it holds; after the timeout, which only bounds a failure, it fails with the last error. */
export async function eventually<T>(assertion: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeoutMs = 60_000, everyMs = 25 } = patience
  for (const deadline = Date.now() + timeoutMs; ; await sleep(everyMs)) {
    try {
      return await assertion()
    } catch (error) {
      if (Date.now() >= deadline) throw error
    }
  }
}
