import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaRecord, sizeOf } from '../../kafka/kafka-client.ts'
import { type Item, readEvent } from '../read/read-event.ts'
import { applyBatch } from '../settle/apply-batch.ts'
import { crashLoop, createCrashGuard, type Suspect } from '../settle/crash-guard.ts'
import type { Handling } from '../settle/handling.ts'
import { retryWhilePassing } from '../settle/retry-policy.ts'
import { withoutSettled } from '../settle/settle.ts'

export type PartitionWorker = ReturnType<typeof createPartitionWorker>

type Partition = { readonly topic: string; readonly partition: number }

// Large records fill the memory long before there are many of them.
const fullBytes = 32 * 1024 * 1024

/**
 * Settles one partition's records in rounds. In a round different keys are settled in parallel, and one key in order.
 * Starts when `after` has settled: the partition's previous worker must have ended.
 */
export function createPartitionWorker(handling: Handling, partition: Partition, after: Promise<unknown>) {
  const full = handling.lanes * handling.batchSize
  const ending = new AbortController()
  const { signal } = ending
  const start = createGuardedStart(handling, partition, signal)
  const queue: KafkaRecord[] = []
  let bytes = 0
  let next: bigint | undefined
  let running: Promise<void> | undefined
  let waiting: (() => void)[] = []

  async function settleQueue(): Promise<void> {
    await after
    while (queue.length > 0 && !signal.aborted) {
      // Records that arrive from here on belong to the next round: their schemas aren't fetched yet.
      const records = queue.slice(0, full)
      // No event is at fault when a registry is down.
      const reading = { task: 'read events', events: records.length, signal }
      await retryWhilePassing(handling, reading, async () => handling.decoding.prepare?.(records))
      const items = records.map(record => readEvent(handling, record))
      const taken = (await start(items)) ?? (await settleRound(handling, items, signal))
      next = (queue[taken - 1]?.offset ?? 0n) + 1n
      bytes -= sizeOf(queue.splice(0, taken))
      letIn()
    }
  }

  function run(): void {
    running ??= settleQueue()
      .catch(waitAfterFailure)
      .finally(() => {
        running = undefined
        if (queue.length > 0 && !signal.aborted) run()
      })
  }

  // The records stay at the head of the queue: an unexpected error delays events but never loses one.
  async function waitAfterFailure(error: unknown): Promise<void> {
    if (signal.aborted) return
    handling.logger.error({ err: error, ...partition }, 'cannot settle records for an unknown reason; will retry')
    await sleep(handling.retry.maxDelayMs, undefined, { signal }).catch(() => undefined)
  }

  const isFull = (times: number) => queue.length > times * full || bytes > times * fullBytes

  function letIn(): void {
    if (isFull(1) && !signal.aborted) return
    for (const resolve of waiting.splice(0)) resolve()
  }

  return {
    /** Takes records in; resolves when there is room for more. */
    async push(records: readonly KafkaRecord[]): Promise<void> {
      if (signal.aborted) return
      // One by one: a fetch may bring more small records than fit on the stack as arguments.
      for (const record of records) queue.push(record)
      bytes += sizeOf(records)
      run()
      if (isFull(2)) await new Promise<void>(resolve => waiting.push(resolve))
    },
    /** The offset to commit: everything before it is settled. Undefined until something is. */
    next: () => next,
    /** Resolves when all records are settled, or the worker is closed. */
    async drained(): Promise<void> {
      while (queue.length > 0 && !signal.aborted) await running
    },
    /** Starts nothing more; resolves when what is being settled has ended, with or without success. */
    async close(): Promise<void> {
      ending.abort()
      letIn()
      waiting = []
      await running
    }
  }
}

/**
 * Settles the first records after a partition was assigned, watched by the crash guard. If the last owner died in some
 * records, those are settled one by one, and an event at which the process died `crashLimit` times is parked.
 *
 * Returns a function that settles some of the items, from the first on, and resolves to how many. It resolves to undefined
 * once the first records are settled: from then on nothing is guarded.
 */
function createGuardedStart(handling: Handling, partition: Partition, signal: AbortSignal) {
  const guard = createCrashGuard(handling.db, { consumer: handling.name, ...partition })
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

  /**
   * Whether the suspect died in another topic of this name. In this topic it is the same message, and all before it that
   * has a handler is settled.
   */
  async function isOfAnotherTopic(item: Item, { from, first }: Suspect): Promise<boolean> {
    const { offset } = item.record
    if (offset >= from) return offset === from && item.messageId !== first
    return 'handler' in item && (await patiently(() => withoutSettled(handling, [item]))).length > 0
  }

  return async (items: readonly Item[]): Promise<number | undefined> => {
    const [first] = items
    if (over || first === undefined) return undefined
    if (suspect === undefined) suspect = (await patiently(() => guard.suspect())) ?? null
    if (suspect !== null && first.record.offset <= suspect.to && !(await isOfAnotherTopic(first, suspect)))
      return settleOne(first, suspect)
    over = true
    const some = items.slice(0, handling.batchSize)
    await applyBatch(handling, some, { signal, guard })
    return some.length
  }
}

async function settleRound(handling: Handling, items: readonly Item[], signal: AbortSignal): Promise<number> {
  const count = countLanes(items, handling.lanes)
  const lanes: Item[][] = Array.from({ length: count }, () => [])
  for (const item of items) lanes[laneOf(item.key, count)]?.push(item)
  // Waits for all lanes before it rejects: nothing of this partition may still run when its next owner starts.
  const ends = await Promise.allSettled(lanes.map(lane => applyBatch(handling, lane, { signal })))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return items.length
}

const leastInLane = 100

/**
 * How many lanes to use. Each lane is a transaction, and each transaction a sync of the disk. A handler of single events
 * may wait for something in each of them, so these get lanes; bulk writes gain from more lanes only when there are many.
 */
export function countLanes(items: readonly Item[], most: number): number {
  const single = items.filter(item => 'handler' in item && !item.handler.batch).length
  return Math.max(1, Math.min(most, single + Math.ceil((items.length - single) / leastInLane)))
}

/** The lane of a key, always the same. */
export function laneOf(key: string, lanes: number): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) | 0
  return Math.abs(hash) % lanes
}
