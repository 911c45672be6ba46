import type { KafkaClient, OffsetWindow, Watermarks } from '../kafka/kafka-client.ts'
import { countParked, type ParkedCounts } from '../parking/parked-commands.ts'
import { type HandlingOptions, setupOf } from './consumer-options.ts'
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts'

/** Which window of a topic is handled again, and under which name. */
export type ReplayOptions = HandlingOptions & {
  readonly kafka: KafkaClient
  readonly topic: string
  /** The inbox under which this replay remembers: another name than the live consumer's, or nothing would happen. */
  readonly name: string
  /** A time, or an offset for each partition; all that the topic still has when left out. */
  readonly from?: Date | ReadonlyMap<number, bigint>
  /** Exclusive; what the topic holds when the replay begins when left out. */
  readonly to?: Date | ReadonlyMap<number, bigint>
  /** Ends the replay early, between two transactions. The same call again goes on where it ended. */
  readonly signal?: AbortSignal
}

/** What became of the events of a replay. */
export type ReplayResult = { readonly window: OffsetWindow; readonly records: number; readonly parked: ParkedCounts }

/**
 * Handles a window of a topic with other handlers or under another name, in the same way and with the same guarantees as
 * a consumer, without touching any consumer's group. Resolves when all of it is settled. Killed and called again with
 * the same name, it handles what is left. Rejects with the reason of `signal`, or when the topic cannot be read.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { kafka, topic, name, signal } = options
  const setup = setupOf(name, options)
  const window = await windowOf(options)
  const workers = new Map<number, PartitionWorker>()
  const close = () => Promise.all([...workers.values()].map(worker => worker.close()))
  const onAbort = () => void close()
  let records = 0
  for (const partition of window.keys()) workers.set(partition, createPartitionWorker(setup, Promise.resolve()))
  signal?.addEventListener('abort', onAbort)
  try {
    await kafka.read({
      topic,
      window,
      async onRecords(partition, batch) {
        signal?.throwIfAborted()
        records += batch.length
        await workers.get(partition)?.push(batch)
      }
    })
    await Promise.all([...workers.values()].map(worker => worker.drained()))
    signal?.throwIfAborted()
    return { window, records, parked: await countParked(setup.db, name) }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await close()
  }
}

async function windowOf({ kafka, topic, from, to }: ReplayOptions): Promise<OffsetWindow> {
  const watermarks = await kafka.watermarks(topic)
  const offsetsOf = async (edge: Date | ReadonlyMap<number, bigint>) =>
    edge instanceof Date ? kafka.offsetsAt(topic, edge.getTime()) : edge
  const [starts, ends] = await Promise.all([from && offsetsOf(from), to && offsetsOf(to)])
  return new Map(
    [...watermarks].map(([partition, marks]) => {
      const start = clamp(starts?.get(partition) ?? marks.low, marks)
      return [partition, { from: start, to: clamp(ends?.get(partition) ?? marks.high, marks) }]
    })
  )
}

// Below the low watermark nothing is left to read, and above the high one a read would wait for ever.
function clamp(offset: bigint, { low, high }: Watermarks): bigint {
  if (offset < low) return low
  return offset > high ? high : offset
}
