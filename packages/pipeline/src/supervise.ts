import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '@outbox-cdc/stack'

type Supervised = Pick<Part, 'name' | 'start' | 'onUnexpectedExit'>

const usualPauses = { firstPauseMs: 500, longestPauseMs: 30_000 }
/** A part that ran this long is healthy: when it dies again, the first pause is short again. */
const healthyMs = 60_000

/** Starts a part again whenever it dies, with a pause that doubles while it keeps dying, and says so in one line. */
export function supervise(part: Supervised, say: (line: string) => void, pauses = usualPauses): { stop(): void } {
  const stopped = new AbortController()
  let pauseMs = pauses.firstPauseMs
  let startedAt = Date.now()

  async function restart(how: string): Promise<void> {
    if (Date.now() - startedAt > healthyMs) pauseMs = pauses.firstPauseMs
    for (let reason = `ended (${how})`; !stopped.signal.aborted; ) {
      const pause = pauseMs
      pauseMs = Math.min(pauseMs * 2, pauses.longestPauseMs)
      say(`${part.name} ${reason}; starting it again in ${pause / 1000} s`)
      await sleep(pause, undefined, { signal: stopped.signal }).catch(() => undefined)
      if (stopped.signal.aborted) return
      const began = Date.now()
      try {
        await part.start()
        startedAt = Date.now()
        return say(`${part.name} is back after ${((startedAt - began) / 1000).toFixed(1)} s`)
      } catch (error) {
        reason = `did not start: ${error instanceof Error ? error.message : String(error)}`
      }
    }
  }

  part.onUnexpectedExit(how => {
    if (!stopped.signal.aborted) void restart(how)
  })
  return { stop: () => stopped.abort() }
}
