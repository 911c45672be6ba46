import { setTimeout as wait } from 'node:timers/promises'

const usual = { everyMs: 500, withinMs: 1_000 }

/** The processes of one service, and which of them are ready, as they say themselves. */
export function watchReplicas(urls: readonly string[], { everyMs, withinMs } = usual) {
  const stopping = new AbortController()
  const { signal } = stopping
  const unready = new Set<string>()
  let turn = 0

  async function watch(url: string): Promise<void> {
    while (!signal.aborted) {
      if (await isReady(url)) unready.delete(url)
      else unready.add(url)
      await wait(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  const isReady = (url: string): Promise<boolean> =>
    fetch(new URL('/health/ready', url), { signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]) }).then(
      async answer => {
        await answer.body?.cancel()
        return answer.ok
      },
      () => false
    )

  return {
    /** All of them in the order in which to ask: the ready ones take turns, and the others follow as a last resort. */
    inTurn(): readonly string[] {
      const first = turn++ % urls.length
      const turned = [...urls.slice(first), ...urls.slice(0, first)]
      return turned.toSorted((a, b) => Number(unready.has(a)) - Number(unready.has(b)))
    },
    /** It refused a connection: others come first until it says that it's ready. */
    refused: (url: string) => void unready.add(url),
    /** A single process is asked in any case. */
    start: () => void (urls.length > 1 && urls.forEach(url => void watch(url))),
    stop: () => stopping.abort()
  }
}
