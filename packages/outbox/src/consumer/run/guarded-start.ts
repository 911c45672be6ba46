import type { Item } from '../read/read-event.ts'
import { applyBatch } from '../settle/apply-batch.ts'
import { crashLoop, createCrashGuard, type Suspect } from '../settle/crash-guard.ts'
import type { Handling } from '../settle/handling.ts'
import { retryWhilePassing } from '../settle/retry-policy.ts'

/**
 * Settles the first records after a partition was assigned, watched by the crash guard. If the last owner died in some
 * records, those are settled one by one, and an event at which the process died `crashLimit` times is parked.
 *
 * Returns a function that settles some of the items, from the first on, and resolves to how many. It resolves to undefined
 * once the first records are settled: from then on nothing is guarded.
 */
export function createGuardedStart(
  handling: Handling,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  signal: AbortSignal
): (items: readonly Item[]) => Promise<number | undefined> {
  const guard = createCrashGuard(handling.db, { consumer: handling.name, topic, partition })
  // Undefined until the table was read; null when the last owner ended well.
  let suspect: Suspect | null | undefined
  let over = false

  const patiently = <T>(work: () => Promise<T>) =>
    retryWhilePassing(handling, { task: 'read what was started', signal }, work)

  async function settleOne(item: Item, { from, to, started }: Suspect): Promise<number> {
    const { offset } = item.record
    const killsProcess = from === to && offset === to && started >= handling.crashLimit
    if (killsProcess) await applyBatch(handling, [{ ...item, refusal: crashLoop(started) }], { signal })
    // Records before the suspect were survived last time. To watch them would overwrite the suspect's count.
    else await applyBatch(handling, [item], { signal, guard: offset < from ? undefined : guard })
    if (offset === to) await patiently(() => guard.forget())
    return 1
  }

  return async items => {
    const [first] = items
    if (over || first === undefined) return undefined
    if (suspect === undefined) suspect = (await patiently(() => guard.suspect())) ?? null
    if (suspect !== null && first.record.offset <= suspect.to) return settleOne(first, suspect)
    over = true
    const some = items.slice(0, handling.batchSize)
    await applyBatch(handling, some, { signal, guard })
    return some.length
  }
}
