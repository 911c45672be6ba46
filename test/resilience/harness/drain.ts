import { setTimeout as sleep } from 'node:timers/promises'

export type DrainOptions = {
  /** How many committed events have no effect yet. */
  readonly underWay: () => Promise<number>
  readonly patienceMs?: number
  /** Where nothing arrives for so long, nothing more will. */
  readonly stalledAfterMs?: number
  readonly everyMs?: number
}

/**
 * Waits until everything committed took effect, and says how that ended: `stalled` where the rest stopped arriving, and
 * `arriving` where it was only too slow. (What is missing is lost in the first case, and unknown in the second.)
 */
export async function waitUntilDrained(options: DrainOptions): Promise<'drained' | 'stalled' | 'arriving'> {
  const { underWay, patienceMs = 120_000, stalledAfterMs = 30_000, everyMs = 250 } = options
  let least = Infinity
  let movedAt = Date.now()
  for (const deadline = Date.now() + patienceMs; ; await sleep(everyMs)) {
    // A part that doesn't answer counts as no movement.
    const left = await underWay().catch(() => Infinity)
    if (left <= 0) return 'drained'
    if (left < least) {
      least = left
      movedAt = Date.now()
    }
    if (Date.now() >= deadline) return Date.now() - movedAt >= stalledAfterMs ? 'stalled' : 'arriving'
  }
}
