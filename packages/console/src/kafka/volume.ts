import type { Volume } from '../api/kafka-schemas.ts'
import { sum } from '../flow/read-kafka.ts'
import type { RecordReader } from './record-reader.ts'

export type VolumeOptions = { readonly reader: RecordReader; readonly topic: string; readonly minutes: number }

const buckets = 60

/** How many records came in each sixtieth of the last minutes: one question to the offset index each, no record read. */
export async function volumeOf({ reader, topic, minutes }: VolumeOptions): Promise<Volume> {
  const stepMs = (minutes * 60_000) / buckets
  const until = Math.ceil(Date.now() / stepMs) * stepMs
  const from = until - buckets * stepMs
  const edges = Array.from({ length: buckets }, (_, index) => new Date(from + index * stepMs))
  const totals: number[] = []
  for (const edge of edges) totals.push(sum((await reader.offsets(topic, edge)).values()))
  totals.push(sum((await reader.offsets(topic, 'latest')).values()))
  return { from, stepMs, counts: edges.map((_, index) => Math.max(0, (totals[index + 1] ?? 0) - (totals[index] ?? 0))) }
}
