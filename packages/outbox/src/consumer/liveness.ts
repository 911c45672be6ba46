import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaClient, OffsetWindow } from '../kafka/kafka-client.ts'

/** When a consumer that has work and does nothing counts as stalled. Times are in milliseconds. */
export type LivenessOptions = {
  /**
   * Lag without any progress for so long makes the consumer unhealthy; 60,000 by default. Offsets that hold nothing but
   * the markers of a transactional writer are told from events by then, and are no lag any more.
   */
  readonly stallAfterMs?: number
  readonly checkEveryMs?: number
  /** Called once when that happens. A process that ends itself here is started again by its supervisor. */
  readonly onStalled?: (reason: string) => void
}

export type Position = { readonly partition: number; readonly next: bigint | undefined }

type Watched = {
  readonly kafka: KafkaClient
  readonly topic: string
  readonly group: string
  readonly options: LivenessOptions
  readonly positions: () => readonly Position[]
}

export type Liveness = {
  /** Asks the broker, not the client under suspicion, how far we are behind. */
  check(): Promise<void>
  lag(): number
  stalled(): string | undefined
}

// More offsets are not markers alone, and reading them to be sure would cost more than it tells.
const mostMarkers = 1_000
const readWithinMs = 10_000

/** Tells a consumer that works from one that only says so: whatever the client believes, lag must come with progress. */
export function createLiveness({ kafka, topic, group, options, positions }: Watched): Liveness {
  const { stallAfterMs = 60_000, onStalled } = options
  let behind: OffsetWindow = new Map()
  let last = { position: '', at: performance.now() }
  let stalled: string | undefined
  let unreachable: string | undefined
  // Up to where nothing waits, although the partition goes on: the markers of a transactional writer have offsets, too.
  const bare = new Map<number, bigint>()

  async function measure(): Promise<string> {
    const ours = positions()
    const watermarks = await kafka.watermarks(topic)
    const committed = ours.every(({ next }) => next !== undefined) ? undefined : await kafka.committed(group, topic)
    const found = ours.map(({ partition, next }) => {
      const { low, high } = watermarks.get(partition) ?? { low: 0n, high: 0n }
      const at = beyondMarkers(partition, { at: next ?? committed?.get(partition) ?? low, high })
      return { partition, at, from: at < low ? low : at, to: high }
    })
    behind = new Map(
      found.filter(({ from, to }) => from < to).map(({ partition, from, to }) => [partition, { from, to }])
    )
    return found.map(({ partition, at }) => `${partition}:${at}`).join()
  }

  function beyondMarkers(partition: number, { at, high }: { readonly at: bigint; readonly high: bigint }): bigint {
    const end = bare.get(partition)
    if (end === undefined || (end > at && end <= high)) return end ?? at
    bare.delete(partition)
    return at
  }

  /** Reads what seems to wait, once, before the consumer is called stalled for it. */
  async function onlyMarkersWait(): Promise<boolean> {
    if (offsetsIn(behind) > mostMarkers) return false
    const window = behind
    let records = 0
    const onRecords = async (_partition: number, { length }: { readonly length: number }) => void (records += length)
    await within(readWithinMs, kafka.read({ topic, window, onRecords }))
    if (records > 0) return false
    for (const [partition, { to }] of window) bare.set(partition, to)
    return true
  }

  async function judge(position: string): Promise<void> {
    const idle = offsetsIn(behind) === 0 && unreachable === undefined
    if (idle || position !== last.position) {
      last = { position, at: performance.now() }
      stalled = undefined
      return
    }
    const since = performance.now() - last.at
    if (since < stallAfterMs || stalled !== undefined) return
    if (unreachable === undefined && (await onlyMarkersWait())) return
    stalled = unreachable ?? `${offsetsIn(behind)} events wait and none was settled for ${Math.round(since / 1_000)} s`
    onStalled?.(stalled)
  }

  return {
    async check() {
      try {
        const position = await measure()
        unreachable = undefined
        await judge(position)
      } catch (error) {
        unreachable = `Kafka does not answer: ${error instanceof Error ? error.message : String(error)}`
        await judge(last.position)
      }
    },
    lag: () => offsetsIn(behind),
    stalled: () => stalled
  }
}

function offsetsIn(window: OffsetWindow): number {
  return [...window.values()].reduce((sum, { from, to }) => sum + Number(to - from), 0)
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = new AbortController()
  const tooLate = sleep(ms, undefined, { signal: late.signal }).then(() => {
    throw new Error(`what waits could not be read within ${ms / 1_000} s`)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    late.abort()
  }
}
