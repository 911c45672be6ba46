import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '@outbox-cdc/stack'
import { type LivenessProbe, type LivenessTimes, untilDead } from './watch-liveness.ts'

type Supervised = Pick<Part, 'name' | 'start' | 'kill' | 'onUnexpectedExit'>

export type Supervision = {
  stop(): void
  /** Leaves the part alone until `bringBack`, also while it is dead. */
  hold(): void
  /** Starts the part and looks after it again. Resolves when it answers, or rejects when it has to be tried again. */
  bringBack(): Promise<void>
}

type Options = {
  readonly pauses?: { readonly firstPauseMs: number; readonly longestPauseMs: number }
  /** What it is asked while it runs. A part that fails again and again is killed and started again. */
  readonly probe?: LivenessProbe | undefined
  readonly probeTimes?: LivenessTimes
}

const usualPauses = { firstPauseMs: 500, longestPauseMs: 30_000 }
/** A part that ran this long is healthy: when it dies again, the first pause is short again. */
const healthyMs = 60_000

/**
 * Starts a part again whenever it dies or fails its probe, with a pause that doubles while it keeps dying, and says so in
 * one line.
 */
export function supervise(part: Supervised, say: (line: string) => void, options: Options = {}): Supervision {
  const { pauses = usualPauses, probe, probeTimes } = options
  let ended = new AbortController()
  let life = new AbortController()
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
        void watch()
        return say(`${part.name} is back after ${((startedAt - began) / 1000).toFixed(1)} s`)
      } catch (error) {
        reason = whyNot(error)
      }
    }
  }

  /** Until this process of the part ends, or the part is left alone. */
  async function watch(): Promise<void> {
    if (probe === undefined) return
    life = new AbortController()
    const signal = AbortSignal.any([life.signal, ended.signal])
    const reason = await untilDead(probe, signal, probeTimes)
    if (reason === undefined || signal.aborted) return
    await part.kill()
    await restart(reason)
  }

  part.onUnexpectedExit(how => {
    life.abort()
    if (!ended.signal.aborted) void restart(`ended (${how})`)
  })
  void watch()
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
      if (!signal.aborted) void watch()
    }
  }
}

function whyNot(error: unknown): string {
  return `did not start: ${error instanceof Error ? error.message : String(error)}`
}
