import { setTimeout as sleep } from 'node:timers/promises'

/** Does `work` again and again, with the pause in milliseconds that it returns, until the returned function is called. */
export function repeat(work: () => Promise<number>): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  async function loop(): Promise<void> {
    while (!signal.aborted) await sleep(await work(), undefined, { signal }).catch(() => undefined)
  }
  const ended = loop()
  return async () => {
    stopping.abort()
    await ended
  }
}
