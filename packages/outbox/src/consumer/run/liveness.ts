import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { asError } from '../../errors.ts'
import { poolShortage } from '../../inbox/take-turn.ts'
import type { KafkaClient, OffsetWindow } from '../../kafka/kafka-client.ts'

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

export type Position = { readonly partition: number; readonly next: bigint | undefined }

type Watched = {
  readonly db: Knex
  readonly kafka: KafkaClient
  readonly topic: string
  readonly group: string
  readonly liveness?: LivenessOptions
}

// More offsets than this can't all be markers, and to read them would take long.
const mostMarkers = 1_000
const readWithinMs = 10_000

/** Checks that a consumer with lag makes progress, whatever its client reports. */
export function createLiveness(
  { db, kafka, topic, group, liveness = {} }: Watched,
  positions: () => readonly Position[]
) {
  const { stallAfterMs = 60_000, onStalled } = liveness
  let partitions: readonly number[] = []
  let behind: OffsetWindow = new Map()
  let last = { position: '', at: performance.now() }
  let stalled: string | undefined
  let unreachable: string | undefined
  // Up to this offset a partition holds only markers of a transactional writer.
  const markersUntil = new Map<number, bigint>()

  async function measure(): Promise<string> {
    const ours = positions()
    const watermarks = await kafka.watermarks(topic)
    partitions = [...watermarks.keys()]
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
    const end = markersUntil.get(partition)
    if (end === undefined || (end > at && end <= high)) return end ?? at
    markersUntil.delete(partition)
    return at
  }

  /** Reads what seems to wait, once, before it makes the consumer stalled. */
  async function onlyMarkersWait(): Promise<boolean> {
    if (offsetsIn(behind) > mostMarkers) return false
    const window = behind
    let records = 0
    const onRecords = async (_partition: number, { length }: { readonly length: number }) => void (records += length)
    await Promise.race([kafka.read({ topic, window, onRecords }), tooLate(readWithinMs)])
    if (records > 0) return false
    for (const [partition, { to }] of window) markersUntil.set(partition, to)
    return true
  }

  async function checkProgress(position: string): Promise<void> {
    const idle = offsetsIn(behind) === 0 && unreachable === undefined
    if (idle || position !== last.position) {
      last = { position, at: performance.now() }
      stalled = undefined
      return
    }
    const since = performance.now() - last.at
    if (since < stallAfterMs || stalled !== undefined) return
    if (unreachable === undefined && (await onlyMarkersWait())) return
    const seconds = Math.round(since / 1_000)
    const shortage = poolShortage(db)
    const waiting = `${offsetsIn(behind)} events wait, and none was settled for ${seconds} s`
    stalled = unreachable ?? [waiting, ...(shortage === undefined ? [] : [shortage])].join('; ')
    onStalled?.(stalled)
  }

  return {
    /** Asks the broker how far we are behind; the consuming client itself may be what hangs. */
    async check(): Promise<void> {
      try {
        const position = await measure()
        unreachable = undefined
        await checkProgress(position)
      } catch (error) {
        unreachable = `Kafka does not answer: ${asError(error).message}`
        await checkProgress(last.position)
      }
    },
    /** All partitions of the topic, as of the last check. */
    partitions: () => partitions,
    lag: () => offsetsIn(behind),
    stalled: () => stalled
  }
}

function offsetsIn(window: OffsetWindow): number {
  return [...window.values()].reduce((sum, { from, to }) => sum + Number(to - from), 0)
}

async function tooLate(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false })
  throw new Error(`the waiting records could not be read within ${ms / 1_000} s`)
}
