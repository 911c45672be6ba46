import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { asError } from '../../errors.ts'
import { poolShortage } from '../../inbox/take-turn.ts'
import { type KafkaClient, type OffsetWindow, partitionName, type TopicPartition } from '../../kafka/kafka-client.ts'
import { isRefused } from '../../kafka/refusals.ts'

/** When a consumer that has work but makes no progress counts as stalled. Times are in milliseconds. */
export type LivenessOptions = {
  /**
   * Lag without progress for so long makes the consumer unhealthy; 60,000 by default. Offsets that hold only the markers
   * of a transactional writer don't count as lag.
   */
  readonly stallAfterMs?: number
  readonly checkEveryMs?: number
  /** Called once when the consumer stalls. A process may end itself here, so that its supervisor restarts it. */
  readonly onStalled?: (reason: string) => void
}

export type Position = TopicPartition & { readonly next: bigint | undefined }

type Watched = {
  readonly db: Knex
  readonly kafka: KafkaClient
  readonly topics: readonly string[]
  readonly group: string
  readonly liveness?: LivenessOptions
}

// More offsets than this can't all be markers, and to read them would take long.
const mostMarkers = 1_000
const readWithinMs = 10_000

/** Checks that a consumer with lag makes progress, whatever its client reports. */
export function createLiveness(
  { db, kafka, topics, group, liveness = {} }: Watched,
  positions: () => readonly Position[]
) {
  const { stallAfterMs = 60_000, onStalled } = liveness
  let partitions: ReadonlyMap<string, readonly number[]> = new Map()
  let behind: ReadonlyMap<string, OffsetWindow> = new Map()
  let last = { position: '', at: performance.now() }
  let stalled: string | undefined
  let unreachable: string | undefined
  // Since then it could have gone on: Kafka answers, events wait, and no attempt at them has failed.
  let idleSince = performance.now()
  let stuck = false
  // Up to this offset a partition holds only markers of a transactional writer.
  const markersUntil = new Map<string, bigint>()
  const lag = () => [...behind.values()].reduce((sum, window) => sum + offsetsIn(window), 0)

  async function measure(): Promise<string> {
    const measured = await Promise.all(topics.map(measureTopic))
    partitions = new Map(measured.map(({ topic, all }) => [topic, all]))
    behind = new Map(measured.map(({ topic, waiting }) => [topic, waiting]))
    return measured.map(({ position }) => position).join()
  }

  async function measureTopic(topic: string) {
    const ours = positions().filter(position => position.topic === topic)
    const watermarks = await kafka.watermarks(topic)
    const committed = ours.every(({ next }) => next !== undefined) ? undefined : await kafka.committed(group, topic)
    const found = ours.map(({ partition, next }) => {
      const { low, high } = watermarks.get(partition) ?? { low: 0n, high: 0n }
      const at = beyondMarkers(partitionName({ topic, partition }), {
        at: next ?? committed?.get(partition) ?? low,
        high
      })
      return { partition, at, from: at < low ? low : at, to: high }
    })
    const waiting = found.filter(({ from, to }) => from < to)
    return {
      topic,
      all: [...watermarks.keys()],
      waiting: new Map(waiting.map(({ partition, from, to }) => [partition, { from, to }])),
      position: found.map(({ partition, at }) => `${topic}:${partition}:${at}`).join()
    }
  }

  function beyondMarkers(place: string, { at, high }: { readonly at: bigint; readonly high: bigint }): bigint {
    const end = markersUntil.get(place)
    if (end === undefined || (end > at && end <= high)) return end ?? at
    markersUntil.delete(place)
    return at
  }

  /** Reads what seems to wait, once, before it makes the consumer stalled. */
  async function onlyMarkersWait(): Promise<boolean> {
    if (lag() > mostMarkers) return false
    const windows = [...behind].filter(([, { size }]) => size > 0)
    let records = 0
    const onRecords = async (_partition: number, { length }: { readonly length: number }) => void (records += length)
    const reads = windows.map(([topic, window]) => kafka.read({ topic, window, onRecords }))
    try {
      await Promise.race([Promise.all(reads), tooLate(readWithinMs)])
    } catch (error) {
      // A consumer that may not read as another group can't look: what waits counts as events.
      if (!isRefused(error)) throw error
      return false
    }
    if (records > 0) return false
    for (const [topic, window] of windows)
      for (const [partition, { to }] of window) markersUntil.set(partitionName({ topic, partition }), to)
    return true
  }

  async function checkProgress(position: string, onlyMarkers = onlyMarkersWait): Promise<void> {
    const idle = lag() === 0 && unreachable === undefined
    if (idle || position !== last.position) {
      last = { position, at: performance.now() }
      stalled = undefined
      return
    }
    const since = performance.now() - last.at
    if (since < stallAfterMs || stalled !== undefined) return
    if (unreachable === undefined && (await onlyMarkers())) return
    const seconds = Math.round(since / 1_000)
    const shortage = poolShortage(db)
    const waiting = `${lag()} events wait, and none was settled for ${seconds} s`
    stalled = unreachable ?? [waiting, ...(shortage === undefined ? [] : [shortage])].join('; ')
    onStalled?.(stalled)
  }

  function goesOn(): void {
    idleSince = performance.now()
    stuck = false
  }

  async function checkStuck(onlyMarkers: typeof onlyMarkersWait): Promise<void> {
    stuck ||= performance.now() - idleSince >= stallAfterMs && !(await onlyMarkers())
  }

  return {
    /** Asks the broker how far we are behind; the consuming client itself may be what hangs. */
    async check(): Promise<void> {
      try {
        const position = await measure()
        if (unreachable !== undefined || lag() === 0 || position !== last.position) goesOn()
        unreachable = undefined
        // Both may ask, and what waits is read once.
        let looked: Promise<boolean> | undefined
        const onlyMarkers = () => (looked ??= onlyMarkersWait())
        await checkProgress(position, onlyMarkers)
        await checkStuck(onlyMarkers)
      } catch (error) {
        goesOn()
        unreachable = isRefused(error) ? error.message : `Kafka does not answer: ${asError(error).message}`
        await checkProgress(last.position)
      }
    },
    /** All partitions of each topic, as of the last check. */
    partitions: () => partitions,
    lag,
    stalled: () => stalled,
    /** An attempt has failed for a reason that passes: a restart doesn't help. */
    failed: goesOn,
    stuck: () => stuck
  }
}

function offsetsIn(window: OffsetWindow): number {
  return [...window.values()].reduce((sum, { from, to }) => sum + Number(to - from), 0)
}

async function tooLate(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false })
  throw new Error(`the waiting records could not be read within ${ms / 1_000} s`)
}
