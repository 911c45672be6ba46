import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaRecord, sizeOf } from '../kafka/kafka-client.ts'
import { applyLane } from './apply-lane.ts'
import { createCarefulStart } from './careful-start.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import { laneOf, lanesFor } from './lanes.ts'
import { type Prepared, prepare } from './prepare.ts'
import { whilePassing } from './retry-policy.ts'

export type PartitionWorker = {
  /** Takes records in; resolves when there is room for more. */
  push(records: readonly KafkaRecord[]): Promise<void>
  /** The next offset to commit: everything before it is settled. Undefined as long as nothing is. */
  next(): bigint | undefined
  /** Resolves when all that was taken in is settled, or the worker closed. */
  drained(): Promise<void>
  /** Begins nothing more, and resolves when what is being settled has ended, one way or the other. */
  close(): Promise<void>
}

// Large records fill the memory long before there are many of them.
const fullBytes = 32 * 1024 * 1024

/** Settles one partition's records: one round at a time, a round's keys in parallel, one key never. */
export function createPartitionWorker(setup: ConsumerSetup, after: Promise<unknown>): PartitionWorker {
  const full = setup.lanes * setup.batchSize
  const ending = new AbortController()
  const start = createCarefulStart(setup)
  const queue: KafkaRecord[] = []
  let bytes = 0
  let next: bigint | undefined
  let running: Promise<void> | undefined
  let waiters: (() => void)[] = []

  async function run(): Promise<void> {
    await after
    while (queue.length > 0 && !ending.signal.aborted) {
      // What is pushed from here on belongs to the next round: nothing was asked for it yet.
      const records = queue.slice(0, full)
      await makeReadable(setup, records, ending.signal)
      const taken = start.over()
        ? await applyRound(setup, records, ending.signal)
        : await start.round(records, ending.signal)
      next = (queue[taken - 1]?.offset ?? 0n) + 1n
      bytes -= sizeOf(queue.splice(0, taken))
      wakeIfRoom()
    }
  }

  // What failed stays at the head of the queue: an error nobody foresaw costs time, never an event.
  async function again(error: unknown): Promise<void> {
    if (ending.signal.aborted) return
    setup.logger.error({ err: error }, 'a partition failed in a way that nobody foresaw, trying again')
    await sleep(setup.retry.maxDelayMs, undefined, { signal: ending.signal }).catch(() => undefined)
  }

  function wake(): void {
    running ??= run()
      .catch(again)
      .finally(() => {
        running = undefined
        if (queue.length > 0 && !ending.signal.aborted) wake()
      })
  }

  const holds = (times: number) => queue.length > times * full || bytes > times * fullBytes

  function wakeIfRoom(): void {
    if (holds(1) && !ending.signal.aborted) return
    for (const open of waiters.splice(0)) open()
  }

  return {
    push(records) {
      if (ending.signal.aborted) return Promise.resolve()
      // One by one: so many small records may come in one fetch that they do not fit on the stack as arguments.
      for (const record of records) queue.push(record)
      bytes += sizeOf(records)
      wake()
      return !holds(2) ? Promise.resolve() : new Promise(resolve => waiters.push(resolve))
    },
    next: () => next,
    async drained() {
      while (queue.length > 0 && !ending.signal.aborted) await running
    },
    async close() {
      ending.abort()
      wakeIfRoom()
      waiters = []
      await running
    }
  }
}

/** Gets what reading the records takes, for as long as it takes: that a registry is away is no fault of an event. */
async function makeReadable(setup: ConsumerSetup, records: readonly KafkaRecord[], signal: AbortSignal): Promise<void> {
  const { decoding, retry, observe, logger } = setup
  if (decoding.prepare === undefined) return
  const onRetry = (error: unknown, attempt: number) => {
    observe.retrying?.(error, attempt)
    logger.warn({ err: error, attempt, events: records.length }, 'cannot read events now, trying again')
  }
  await whilePassing(async () => decoding.prepare?.(records), { times: retry, signal, onRetry })
}

async function applyRound(setup: ConsumerSetup, records: readonly KafkaRecord[], signal: AbortSignal): Promise<number> {
  const items = records.map(record => prepare(setup, record))
  const count = lanesFor(items, setup.lanes)
  const lanes: Prepared[][] = Array.from({ length: count }, () => [])
  for (const item of items) lanes[laneOf(item.key, count)]?.push(item)
  // All lanes end before an error leaves: nothing of this partition may still run when somebody else gets it.
  const ends = await Promise.allSettled(lanes.map(lane => applyLane(setup, lane, signal)))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return records.length
}
