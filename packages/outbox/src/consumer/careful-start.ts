import type { KafkaRecord } from '../kafka/kafka-client.ts'
import { applyLane } from './apply-lane.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import { type CrashGuard, createCrashGuard, type Suspect } from './crash-guard.ts'
import { prepare } from './prepare.ts'
import { whilePassing } from './retry-policy.ts'

export type CarefulStart = {
  /** True when the records after the assignment have been got over: from then on, nothing is guarded. */
  over(): boolean
  /** Settles some of the records, from the first on, and answers how many. */
  round(records: readonly KafkaRecord[], signal: AbortSignal): Promise<number>
}

/**
 * Settles the first records after a partition was assigned under the crash guard. If the last owner died within some
 * records, those go one by one, and the one that the process dies of `crashLimit` times is parked.
 */
export function createCarefulStart(setup: ConsumerSetup): CarefulStart {
  let suspect: Suspect | undefined
  let looked = false
  let over = false

  async function round(records: readonly KafkaRecord[], signal: AbortSignal): Promise<number> {
    const first = records[0]
    if (first === undefined) return 0
    const guard = createCrashGuard(setup.db, { consumer: setup.name, topic: first.topic, partition: first.partition })
    if (!looked) suspect = await whilePassing(() => guard.suspect(), { times: setup.retry, signal, onRetry })
    looked = true
    if (suspect !== undefined && first.offset <= suspect.to) return single(first, { guard, suspect, signal })
    over = true
    const some = records.slice(0, setup.batchSize)
    await applyLane(
      guarded(setup, guard),
      some.map(record => prepare(setup, record)),
      signal
    )
    return some.length
  }

  async function single(
    record: KafkaRecord,
    { guard, suspect: { from, to, started }, signal }: Single
  ): Promise<number> {
    const item = prepare(setup, record)
    const error = new Error(`The process died ${started} times while this event was handled`)
    if (from === to && record.offset === to && started >= setup.crashLimit)
      await applyLane(setup, [{ ...item, refusal: { reason: 'CRASH_LOOP', error } }], signal)
    // What lies before the suspect was got over last time; guarding it would overwrite the suspect's count.
    else await applyLane(record.offset < from ? setup : guarded(setup, guard), [item], signal)
    if (record.offset === to) await whilePassing(() => guard.forget(), { times: setup.retry, signal, onRetry })
    return 1
  }

  function onRetry(error: unknown, attempt: number): void {
    setup.observe.retrying?.(error, attempt)
  }

  return { over: () => over, round }
}

type Single = { readonly guard: CrashGuard; readonly suspect: Suspect; readonly signal: AbortSignal }

function guarded(setup: ConsumerSetup, guard: CrashGuard): ConsumerSetup {
  return {
    ...setup,
    around: (items, work) => {
      const offsets = items.map(item => item.record.offset)
      return guard.around({ from: offsets[0] ?? 0n, to: offsets.at(-1) ?? 0n }, work)
    }
  }
}
