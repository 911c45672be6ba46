import type { Offsets, RecordReader } from './record-reader.ts'
import type { StoredRecord } from './stored-record.ts'

export type Range = { readonly from: Offsets; readonly to: Offsets }
export type RangeSource = { readonly reader: RecordReader; readonly topic: string }

/** Shared among the partitions of a request, so that a topic of many partitions takes no more memory than a small one. */
const bytesAtOnce = 1024 * 1024

/** Hands over every record of a range in pieces of bounded size, until `onRecords` answers false. */
export async function scanRange(
  { reader, topic }: RangeSource,
  { from, to }: Range,
  onRecords: (records: readonly StoredRecord[]) => boolean
): Promise<void> {
  const open = new Map([...from].filter(([partition, offset]) => offset < (to.get(partition) ?? 0)))
  while (open.size > 0) {
    const records = await fetchSome(reader, topic, open)
    if (records.length === 0) return
    const within = records.filter(
      record => open.has(record.partition) && record.offset < (to.get(record.partition) ?? 0)
    )
    for (const { partition, offset } of records) {
      if (!open.has(partition)) continue
      if (offset + 1 >= (to.get(partition) ?? 0)) open.delete(partition)
      else open.set(partition, offset + 1)
    }
    if (!onRecords(within)) return
  }
}

/** Every record of a range; undefined when it holds more bytes than allowed. */
export async function readRange(
  source: RangeSource,
  range: Range,
  mostBytes: number
): Promise<StoredRecord[] | undefined> {
  const kept: StoredRecord[] = []
  let bytes = 0
  await scanRange(source, range, records => {
    kept.push(...records)
    for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0)
    return bytes <= mostBytes
  })
  return bytes <= mostBytes ? kept : undefined
}

/** What is surely there may take a moment to be handed out: an empty answer is asked again, with a wait. */
export async function fetchSome(reader: RecordReader, topic: string, from: Offsets): Promise<readonly StoredRecord[]> {
  const bytesPerPartition = Math.max(32 * 1024, Math.floor(bytesAtOnce / from.size))
  const records = await reader.fetch(topic, from, { bytesPerPartition })
  return records.length > 0 ? records : await reader.fetch(topic, from, { bytesPerPartition, waitMs: 300 })
}
