import { UserError } from '@platformatic/kafka'
import type { StoredRecord } from './decode-record.ts'
import { cursorText, type Offsets, type RecordReader } from './record-reader.ts'

export type Range = { readonly from: Offsets; readonly to: Offsets }
export type RangeSource = { readonly reader: RecordReader; readonly topic: string }

/** Shared among the partitions of a request, so that a topic of many partitions takes no more memory than a small one. */
const bytesAtOnce = 1024 * 1024

/** Every record of a range, in pieces of bounded size. A partition ends earlier if the caller lowers its end in `to`. */
export async function* scanRange(source: RangeSource, { from, to }: Range): AsyncGenerator<readonly StoredRecord[]> {
  const reached = new Map(from)
  const isOpen = ([partition, offset]: readonly [number, number]) => offset < (to.get(partition) ?? 0)
  for (;;) {
    const open = new Map([...reached].filter(isOpen))
    if (open.size === 0) return
    const { records, next } = await fetchSome(source, open)
    for (const [partition, offset] of next) reached.set(partition, offset)
    yield records.filter(({ partition, offset }) => isOpen([partition, offset]))
  }
}

const patienceMs = [0, 300, 1_000, 3_000]

/** An existing record may take a moment to arrive, so an empty answer is retried and never taken for the end. */
async function fetchSome({ reader, topic }: RangeSource, from: Offsets) {
  const bytesPerPartition = Math.max(32 * 1024, Math.floor(bytesAtOnce / from.size))
  for (const waitMs of patienceMs) {
    const fetched = await reader.fetch(topic, from, { bytesPerPartition, waitMs })
    if (fetched.next.size > 0) return fetched
  }
  throw new UserError(`${topic} returns no record at ${cursorText(from).slice(0, 200)}, although its end is further on`)
}
