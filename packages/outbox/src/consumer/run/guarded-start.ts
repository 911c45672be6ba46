import type { Item } from '../read/read-event.ts'
import { applyBatch } from '../settle/apply-batch.ts'
import { crashLoop, createCrashGuard, type Suspect } from '../settle/crash-guard.ts'
import type { Handling } from '../settle/handling.ts'
import { retryWhilePassing } from '../settle/retry-policy.ts'

export type GuardedStart = {
  /** True once the first records are settled: from then on nothing is guarded. */
  isOver(): boolean
  /** Settles some of the items, from the first on; resolves to how many. */
  settleSome(items: readonly Item[]): Promise<number>
}

/**
 * Settles the first records after a partition was assigned, watched by the crash guard. If the last owner died in some
 * records, those are settled one by one, and an event at which the process died `crashLimit` times is parked.
 */
export function createGuardedStart(
  handling: Handling,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  signal: AbortSignal
): GuardedStart {
  const guard = createCrashGuard(handling.db, { consumer: handling.name, topic, partition })
  // Undefined until the table was read; null when the last owner ended well.
  let suspect: Suspect | null | undefined
  let over = false

  const patiently = <T>(work: () => Promise<T>) =>
    retryWhilePassing(work, {
      times: handling.retry,
      signal,
      onRetry: (error, attempt) => handling.observe.retrying?.(error, attempt)
    })

  async function settleOne(item: Item, { from, to, started }: Suspect): Promise<number> {
    const { offset } = item.record
    const killsProcess = from === to && offset === to && started >= handling.crashLimit
    if (killsProcess) await applyBatch(handling, [{ ...item, refusal: crashLoop(started) }], { signal })
    // Records before the suspect were survived last time. To watch them would overwrite the suspect's count.
    else await applyBatch(handling, [item], { signal, guard: offset < from ? undefined : guard })
    if (offset === to) await patiently(() => guard.forget())
    return 1
  }

  return {
    isOver: () => over,
    async settleSome(items) {
      const [first] = items
      if (first === undefined) return 0
      if (suspect === undefined) suspect = (await patiently(() => guard.suspect())) ?? null
      if (suspect !== null && first.record.offset <= suspect.to) return settleOne(first, suspect)
      over = true
      const some = items.slice(0, handling.batchSize)
      await applyBatch(handling, some, { signal, guard })
      return some.length
    }
  }
}
