import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaRecord, sizeOf } from '../../kafka/kafka-client.ts'
import { type Item, readEvent } from '../read/read-event.ts'
import { applyBatch } from '../settle/apply-batch.ts'
import type { Handling } from '../settle/handling.ts'
import { retryWhilePassing } from '../settle/retry-policy.ts'
import { createGuardedStart } from './guarded-start.ts'

export type PartitionWorker = ReturnType<typeof createPartitionWorker>

export type Partition = { readonly topic: string; readonly partition: number }

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
