import type { ShownRecord } from '../api/kafka-schemas.ts'
import type { StoredRecord } from './decode-record.ts'
import { cursorText, type Offsets, type RecordReader } from './record-reader.ts'
import { showRecord } from './show-record.ts'

export type Range = { readonly from: Offsets; readonly to: Offsets }
export type RangeSource = { readonly reader: RecordReader; readonly topic: string }

/** Shared among the partitions of a request, so that a topic of many partitions takes no more memory than a small one. */
const bytesAtOnce = 1024 * 1024

/** Passes every record of a range to `onRecords`, in pieces of bounded size, until it returns false. */
export async function scanRange(
  { reader, topic }: RangeSource,
  { from, to }: Range,
  onRecords: (records: readonly StoredRecord[]) => boolean
): Promise<void> {
  const isOpen = ([partition, offset]: readonly [number, number]) => offset < (to.get(partition) ?? 0)
  let open = new Map([...from].filter(isOpen))
  while (open.size > 0) {
    const { records, next } = await fetchSome(reader, topic, open)
    open = new Map([...new Map([...open, ...next])].filter(isOpen))
    if (!onRecords(records.filter(({ partition, offset }) => isOpen([partition, offset])))) return
  }
}

/** Every record of a range, in its shown form: a raw record keeps the whole fetched buffer in memory. */
export async function readRange(
  source: RangeSource,
  range: Range,
  mostBytes: number
): Promise<ShownRecord[] | undefined> {
  const kept: ShownRecord[] = []
  let bytes = 0
  await scanRange(source, range, records => {
    for (const record of records) {
      kept.push(showRecord(record))
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
    }
    return bytes <= mostBytes
  })
  return bytes <= mostBytes ? kept : undefined
}

const patienceMs = [0, 300, 1_000, 3_000]

/** An existing record may take a moment to arrive, so an empty answer is retried and never taken for the end. */
export async function fetchSome(reader: RecordReader, topic: string, from: Offsets) {
  const bytesPerPartition = Math.max(32 * 1024, Math.floor(bytesAtOnce / from.size))
  for (const waitMs of patienceMs) {
    const fetched = await reader.fetch(topic, from, { bytesPerPartition, waitMs })
    if (fetched.next.size > 0) return fetched
  }
  throw new Error(`${topic} returns no record at ${cursorText(from).slice(0, 200)}, although its end is further on`)
}
