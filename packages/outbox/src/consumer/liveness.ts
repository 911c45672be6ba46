import type { KafkaClient } from '../kafka/kafka-client.ts'

/** When a consumer that has work and does nothing counts as stalled. Times are in milliseconds. */
export type LivenessOptions = {
  /** Lag without any progress for so long makes the consumer unhealthy; 60,000 by default. */
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
  lagOf(): ReadonlyMap<number, number>
  stalled(): string | undefined
}

/** Tells a consumer that works from one that only says so: whatever the client believes, lag must come with progress. */
export function createLiveness({ kafka, topic, group, options, positions }: Watched): Liveness {
  const { stallAfterMs = 60_000, onStalled } = options
  let lags: ReadonlyMap<number, number> = new Map()
  let last = { position: '', at: performance.now() }
  let stalled: string | undefined
  let unreachable: string | undefined

  async function measure(): Promise<string> {
    const ours = positions()
    const watermarks = await kafka.watermarks(topic)
    const committed = ours.every(({ next }) => next !== undefined) ? undefined : await kafka.committed(group, topic)
    const found = ours.map(({ partition, next }) => {
      const { low, high } = watermarks.get(partition) ?? { low: 0n, high: 0n }
      const at = next ?? committed?.get(partition) ?? low
      return { partition, at, lag: Math.max(0, Number(high - (at < low ? low : at))) }
    })
    lags = new Map(found.map(({ partition, lag }) => [partition, lag]))
    return found.map(({ partition, at }) => `${partition}:${at}`).join()
  }

  function judge(position: string): void {
    const idle = total(lags) === 0 && unreachable === undefined
    if (idle || position !== last.position) {
      last = { position, at: performance.now() }
      stalled = undefined
      return
    }
    const since = performance.now() - last.at
    if (since < stallAfterMs || stalled !== undefined) return
    stalled = unreachable ?? `${total(lags)} events wait and none was settled for ${Math.round(since / 1_000)} s`
    onStalled?.(stalled)
  }

  return {
    async check() {
      try {
        const position = await measure()
        unreachable = undefined
        judge(position)
      } catch (error) {
        unreachable = `Kafka does not answer: ${error instanceof Error ? error.message : String(error)}`
        judge(last.position)
      }
    },
    lag: () => total(lags),
    lagOf: () => lags,
    stalled: () => stalled
  }
}

function total(lags: ReadonlyMap<number, number>): number {
  return [...lags.values()].reduce((sum, lag) => sum + lag, 0)
}
