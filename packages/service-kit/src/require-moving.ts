import { setTimeout as wait } from 'node:timers/promises'
import type { Check } from './health.ts'

type Watched = { readonly health: () => { readonly stuck?: boolean; readonly reason?: string } }

/**
 * Fails only where a restart can heal a consumer: it is stuck although Kafka and the database answer. `askDatabase` counts
 * as away when it takes longer than `withinMs`.
 */
export function requireMoving(consumer: Watched, askDatabase: Check, withinMs = 500): Check {
  return async () => {
    const { stuck, reason } = consumer.health()
    if (stuck !== true) return
    const late = wait(withinMs, false, { ref: false })
    const isThere = askDatabase().then(
      () => true,
      () => false
    )
    if (await Promise.race([isThere, late])) throw new Error(reason ?? 'stuck')
  }
}
