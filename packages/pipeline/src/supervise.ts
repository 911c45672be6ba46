import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '@outbox-cdc/stack'

type Supervised = Pick<Part, 'name' | 'start' | 'onUnexpectedExit'>

export type Supervision = {
  stop(): void
  /** Leaves the part alone until `bringBack`, also while it is dead. */
  hold(): void
  /** Starts the part and looks after it again. Resolves when it answers, or rejects when it has to be tried again. */
  bringBack(): Promise<void>
}

const usualPauses = { firstPauseMs: 500, longestPauseMs: 30_000 }
/** A part that ran this long is healthy: when it dies again, the first pause is short again. */
const healthyMs = 60_000

/** Starts a part again whenever it dies, with a pause that doubles while it keeps dying, and says so in one line. */
export function supervise(part: Supervised, say: (line: string) => void, pauses = usualPauses): Supervision {
  let ended = new AbortController()
  let pauseMs = pauses.firstPauseMs
  let startedAt = Date.now()

  async function restart(first: string): Promise<void> {
    const { signal } = ended
    if (Date.now() - startedAt > healthyMs) pauseMs = pauses.firstPauseMs
    for (let reason = first; !signal.aborted; ) {
      const pause = pauseMs
      pauseMs = Math.min(pauseMs * 2, pauses.longestPauseMs)
      say(`${part.name} ${reason}; starting it again in ${pause / 1000} s`)
      await sleep(pause, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const began = Date.now()
      try {
        await part.start()
        startedAt = Date.now()
        return say(`${part.name} is back after ${((startedAt - began) / 1000).toFixed(1)} s`)
      } catch (error) {
        reason = whyNot(error)
      }
    }
  }

  part.onUnexpectedExit(how => {
    if (!ended.signal.aborted) void restart(`ended (${how})`)
  })
  let isOver = false
  const hold = () => ended.abort()
  return {
    stop() {
      isOver = true
      hold()
    },
    hold,
    async bringBack() {
      if (isOver) return
      hold()
      ended = new AbortController()
      const { signal } = ended
      await part.start().catch(error => {
        if (!signal.aborted) void restart(whyNot(error))
        throw error
      })
      startedAt = Date.now()
    }
  }
}

function whyNot(error: unknown): string {
  return `did not start: ${error instanceof Error ? error.message : String(error)}`
}
