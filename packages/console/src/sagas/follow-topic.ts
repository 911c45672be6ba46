import type { Coverage } from '@outbox-cdc/outbox/saga'
import type { StoredRecord } from '../kafka/decode-record.ts'
import type { Offsets, RecordReader } from '../kafka/record-reader.ts'
import { scanRange } from '../kafka/scan-range.ts'
import { reasonOf } from '../reason-of.ts'

/** How far a topic was read, and why it can't be read now. */
export type TopicReading = {
  readonly topic: string
  readonly read?: Coverage | undefined
  /** Records that are no events, as far as they were read. */
  readonly unreadable: number
  readonly failing?: { readonly since: number; readonly reason: string } | undefined
}

type FollowerParts = {
  readonly reader: RecordReader
  readonly topic: string
  /** How far back it begins, in milliseconds. */
  readonly windowMs: number
  /** Returns how many of them are no events. */
  readonly onRecords: (records: readonly StoredRecord[]) => number
  /** All records that came between these times were given to `onRecords`. */
  readonly onCaughtUp: (read: Coverage) => void
}

type Place = { readonly id: string; readonly next: Map<number, number>; readonly from: number }

const pauseMs = 1_000

/**
 * Reads a topic from some time ago on, and asks once a second where it ends. That is one question of a few bytes while
 * nothing is written. It joins no group, so reading leaves no trace in the cluster.
 */
export function followTopic({ reader, topic, windowMs, onRecords, onCaughtUp }: FollowerParts) {
  let reading: TopicReading = { topic, unreadable: 0 }
  let place: Place | undefined
  let timer: NodeJS.Timeout | undefined

  async function catchUp(): Promise<void> {
    const at = Date.now()
    const id = await reader.idOf(topic)
    const to = await reader.offsets(topic, 'latest')
    if (place === undefined) place = await beginAt(at - windowMs, id)
    // Made again, or cut off at its end: what came since the last look may be gone.
    else if (place.id !== id || isBeyond(place.next, to)) place = { ...(await beginAt(at - windowMs, id)), from: at }
    if (isBehind(place.next, to)) place = await readOn(place, to, at)
    const read = { from: place.from, to: at }
    onCaughtUp(read)
    reading = { topic, read, unreadable: reading.unreadable }
  }

  async function beginAt(since: number, id: string): Promise<Place> {
    const [next, first] = await Promise.all([reader.offsets(topic, new Date(since)), reader.offsets(topic, 'earliest')])
    return { id, next: new Map(next), from: Math.max(since, await keptSince({ reader, topic }, first, next)) }
  }

  async function readOn({ id, next, from }: Place, to: Offsets, at: number): Promise<Place> {
    const first = await reader.offsets(topic, 'earliest')
    // Removed before it was read.
    const hasGap = isBehind(next, first)
    for (const [partition, offset] of first) next.set(partition, Math.max(next.get(partition) ?? 0, offset))
    for await (const records of scanRange({ reader, topic }, { from: next, to: new Map(to) })) {
      const unreadable = onRecords(records)
      reading = { ...reading, unreadable: reading.unreadable + unreadable }
      // So that it is not read again if the rest fails.
      for (const { partition, offset } of records) next.set(partition, Math.max(next.get(partition) ?? 0, offset + 1))
    }
    for (const [partition, offset] of to) next.set(partition, Math.max(next.get(partition) ?? 0, offset))
    return { id, next, from: hasGap ? at : from }
  }

  async function tick(): Promise<void> {
    try {
      await catchUp()
    } catch (error) {
      reading = { ...reading, failing: { since: reading.failing?.since ?? Date.now(), reason: reasonOf(error) } }
    }
    if (timer !== undefined) timer = setTimeout(() => void tick(), pauseMs)
  }

  return {
    reading: () => reading,
    start() {
      timer ??= setTimeout(() => void tick(), 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    }
  }
}

type Source = { readonly reader: RecordReader; readonly topic: string }

/** Since when each partition has all that came: where the oldest records are gone, since the first that is left. */
async function keptSince({ reader, topic }: Source, first: Offsets, from: Offsets): Promise<number> {
  const cut = new Map([...first].filter(([partition, offset]) => offset > 0 && from.get(partition) === offset))
  if (cut.size === 0) return 0
  const oldest = await reader.firstAt(topic, cut)
  return Math.max(...[...cut.keys()].map(partition => oldest.get(partition)?.timestamp ?? Date.now()))
}

function isBehind(next: Offsets, to: Offsets): boolean {
  return [...to].some(([partition, end]) => (next.get(partition) ?? 0) < end)
}

function isBeyond(next: Offsets, to: Offsets): boolean {
  return [...to].some(([partition, end]) => (next.get(partition) ?? 0) > end)
}
