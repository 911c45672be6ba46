import { setTimeout as sleep } from 'node:timers/promises'
import { sizeOf } from '../../kafka/kafka-client.ts'
import type { Item } from '../read/read-event.ts'
import type { CrashGuard } from './crash-guard.ts'
import type { Handling } from './handling.ts'
import { delayBefore, faultOf, refusalFor, retryWhilePassing } from './retry-policy.ts'
import { settleRecords } from './settle.ts'

type Applying = {
  /** Ends the retries: the partition is no longer ours, or the consumer stops. */
  readonly signal: AbortSignal
  /** Watches each try, so that an event which kills the process is found. */
  readonly guard?: CrashGuard | undefined
}

/**
 * Settles items of some keys in their order; resolves when all are handled or parked. Many in one transaction as long as
 * that works, and one by one when it fails. Rejects only when `signal` ends it.
 */
export async function applyBatch(handling: Handling, items: readonly Item[], applying: Applying): Promise<void> {
  for (const batch of batchesOf(items, handling.batchSize)) {
    const [only, ...others] = batch
    if (only !== undefined && others.length === 0) await applyOne(handling, only, applying)
    else await applyTogether(handling, batch, applying)
  }
}

// A handler may write all values of a batch in one statement, and MySQL takes 64 MiB by default.
const mostBytes = 16 * 1024 * 1024

function batchesOf(items: readonly Item[], size: number): readonly Item[][] {
  const batches: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const batch = batches.at(-1)
    bytes += sizeOf([item.record])
    if (batch !== undefined && batch.length < size && bytes <= mostBytes) batch.push(item)
    else {
      batches.push([item])
      bytes = sizeOf([item.record])
    }
  }
  return batches
}

async function applyTogether(handling: Handling, batch: readonly Item[], applying: Applying): Promise<void> {
  try {
    await trySettling(handling, batch, applying)
  } catch (error) {
    applying.signal.throwIfAborted()
    handling.logger.warn({ err: error, events: batch.length }, 'a batch failed: applying its events one by one')
    for (const item of batch) await applyOne(handling, item, applying)
  }
}

async function applyOne(handling: Handling, item: Item, applying: Applying): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await trySettling(handling, [item], applying)
    } catch (error) {
      applying.signal.throwIfAborted()
      if (faultOf(error) === 'final' || attempt >= handling.retry.attempts)
        return await trySettling(handling, [{ ...item, refusal: refusalFor(error) }], applying)
      handling.observe.retrying?.(error, attempt)
      await sleep(delayBefore(attempt, handling.retry), undefined, { signal: applying.signal })
    }
  }
}

/** Waits out failures that pass, such as a database that is down. */
function trySettling(handling: Handling, items: readonly Item[], { signal, guard }: Applying): Promise<void> {
  const [first] = items
  if (first === undefined) return Promise.resolve()
  const range = { from: first.record.offset, to: items.at(-1)?.record.offset ?? 0n, first: first.messageId }
  const work = () => settleRecords(handling, items)
  const task = { task: 'apply events', events: items.length, signal }
  return retryWhilePassing(handling, task, () => (guard === undefined ? work() : guard.watch(range, work)))
}
