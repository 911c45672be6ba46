import { refuseWithoutTables } from '../../inbox/inbox-tables.ts'
import type { KafkaClient, OffsetWindow, Watermarks } from '../../kafka/kafka-client.ts'
import { countParked, type ParkedCounts } from '../../parking/parked-commands.ts'
import { handlingOf, type HandlingOptions } from '../settle/handling.ts'
import { createAssignment } from './assignment.ts'

type Offsets = ReadonlyMap<number, bigint>

/** Which part of the topics is handled again, and under which name. */
export type ReplayOptions = HandlingOptions & {
  readonly kafka: KafkaClient
  /** A time, or offsets by topic and partition; everything that a topic still holds by default. */
  readonly from?: Date | ReadonlyMap<string, Offsets>
  /** Exclusive; the end of each topic at the start of the replay by default. */
  readonly to?: Date | ReadonlyMap<string, Offsets>
  /** The name in the inbox. It must differ from the live consumer's, or every event is a duplicate. */
  readonly name: string
  /** Ends the replay early, between two transactions. The same call again continues where it ended. */
  readonly signal?: AbortSignal
}

/** The result of a replay: what was read of each topic, and how much of it is parked. */
export type ReplayResult = {
  readonly windows: ReadonlyMap<string, OffsetWindow>
  readonly records: number
  readonly parked: ParkedCounts
}

/**
 * Handles a window of its topics with other handlers or under another name. The guarantees are those of a consumer, and no
 * consumer group is touched. Resolves when all of it is settled. A repeat with the same name handles only what is left.
 * Rejects with the reason of `signal`, or when a topic can't be read or the inbox tables are missing.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { kafka, from, to, name, signal } = options
  const handling = handlingOf(name, options)
  await refuseWithoutTables(handling)
  const windows = await Promise.all(
    Object.keys(options.topics).map(async topic => {
      const part = { kafka, topic, from: edgeOf(from, topic), to: edgeOf(to, topic) }
      return { topic, window: await windowOf(part) }
    })
  )
  const assignment = createAssignment(handling)
  assignment.assign(windows.flatMap(({ topic, window }) => [...window.keys()].map(partition => ({ topic, partition }))))
  const onAbort = () => void assignment.close()
  let records = 0
  signal?.addEventListener('abort', onAbort)
  try {
    for (const { topic, window } of windows)
      await kafka.read({
        topic,
        window,
        async onRecords(partition, batch) {
          signal?.throwIfAborted()
          records += batch.length
          await assignment.push({ topic, partition }, batch)
        }
      })
    await assignment.drained()
    signal?.throwIfAborted()
    return {
      windows: new Map(windows.map(({ topic, window }) => [topic, window])),
      records,
      parked: await countParked(handling.db, name)
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await assignment.close()
  }
}

function edgeOf(edge: Date | ReadonlyMap<string, Offsets> | undefined, topic: string): Date | Offsets | undefined {
  return edge instanceof Date ? edge : edge?.get(topic)
}

type Part = {
  readonly kafka: KafkaClient
  readonly topic: string
  readonly from?: Date | Offsets | undefined
  readonly to?: Date | Offsets | undefined
}

/** The offsets of a topic between two times or offsets, as far as it still has them. */
export async function windowOf({ kafka, topic, from, to }: Part): Promise<OffsetWindow> {
  const watermarks = await kafka.watermarks(topic)
  const offsetsOf = async (edge: Date | Offsets) =>
    edge instanceof Date ? kafka.offsetsAt(topic, edge.getTime()) : edge
  const [starts, ends] = await Promise.all([from && offsetsOf(from), to && offsetsOf(to)])
  return new Map(
    [...watermarks].map(([partition, marks]) => {
      const start = clamp(starts?.get(partition) ?? marks.low, marks)
      return [partition, { from: start, to: clamp(ends?.get(partition) ?? marks.high, marks) }]
    })
  )
}

// Below the low watermark nothing is left, and above the high one a read would never end.
function clamp(offset: bigint, { low, high }: Watermarks): bigint {
  if (offset < low) return low
  return offset > high ? high : offset
}
