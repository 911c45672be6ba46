import { refuseWithoutTables } from '../../inbox/inbox-tables.ts'
import type { KafkaClient, OffsetWindow, Watermarks } from '../../kafka/kafka-client.ts'
import { countParked, type ParkedCounts } from '../../parking/parked-commands.ts'
import { handlingOf, type HandlingOptions } from '../settle/handling.ts'
import { createAssignment } from './assignment.ts'

type Part = {
  readonly kafka: KafkaClient
  readonly topic: string
  /** A time, or an offset for each partition; everything that the topic still holds by default. */
  readonly from?: Date | ReadonlyMap<number, bigint>
  /** Exclusive; the topic's end at the start of the replay by default. */
  readonly to?: Date | ReadonlyMap<number, bigint>
}

/** Which part of a topic is handled again, and under which name. */
export type ReplayOptions = HandlingOptions &
  Part & {
    /** The name in the inbox. It must differ from the live consumer's, or every event is a duplicate. */
    readonly name: string
    /** Ends the replay early, between two transactions. The same call again continues where it ended. */
    readonly signal?: AbortSignal
  }

/** The result of a replay: what was read, and how much of it is parked. */
export type ReplayResult = { readonly window: OffsetWindow; readonly records: number; readonly parked: ParkedCounts }

/**
 * Handles a window of a topic with other handlers or under another name. The guarantees are those of a consumer, and no
 * consumer group is touched. Resolves when all of it is settled. A repeat with the same name handles only what is left.
 * Rejects with the reason of `signal`, or when the topic can't be read or the inbox tables are missing.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { kafka, topic, name, signal } = options
  const handling = handlingOf(name, options)
  await refuseWithoutTables(handling)
  const window = await windowOf(options)
  const assignment = createAssignment(handling, topic)
  assignment.assign([...window.keys()])
  const onAbort = () => void assignment.close()
  let records = 0
  signal?.addEventListener('abort', onAbort)
  try {
    await kafka.read({
      topic,
      window,
      async onRecords(partition, batch) {
        signal?.throwIfAborted()
        records += batch.length
        await assignment.push(partition, batch)
      }
    })
    await assignment.drained()
    signal?.throwIfAborted()
    return { window, records, parked: await countParked(handling.db, name) }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await assignment.close()
  }
}

/** The offsets of a topic between two times or offsets, as far as it still has them. */
export async function windowOf({ kafka, topic, from, to }: Part): Promise<OffsetWindow> {
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

// Below the low watermark nothing is left, and above the high one a read would never end.
function clamp(offset: bigint, { low, high }: Watermarks): bigint {
  if (offset < low) return low
  return offset > high ? high : offset
}
