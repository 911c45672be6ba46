import type { Hop } from '../api/pipeline-schemas.ts'

/** The figures of a hop that the charts over time show. */
export function figuresOf({ parts, latency, partitions }: Hop): Record<string, number | null> {
  const part = (id: string) => parts.find(one => one.id === id)
  const { p50 = null, p95 = null, p99 = null } = latency.toDelivery ?? {}
  return {
    committed: part('database')?.rate ?? null,
    published: part('topic')?.rate ?? null,
    delivered: part('delivery')?.rate ?? null,
    p50,
    p95,
    p99,
    waitingKafka: part('delivery')?.waiting?.events ?? null,
    ...Object.fromEntries(partitions.slice(0, 24).map(({ partition, lag }) => [`lag${partition}`, lag]))
  }
}

/** Takes a counter's newest value and returns its rate per second over the last seconds; it starts again when the counter falls. */
export function createRate(windowMs = 10_000) {
  let points: { readonly at: number; readonly count: number }[] = []
  return (count: number, at = Date.now()): number | null => {
    if (count < (points.at(-1)?.count ?? 0)) points = []
    points.push({ at, count })
    while (points.length > 2 && (points[1]?.at ?? at) <= at - windowMs) points.shift()
    const [first = { at, count }] = points
    return at - first.at < 900 ? null : ((count - first.count) * 1000) / (at - first.at)
  }
}

/** Takes new measurements and returns the percentiles of the last minute, from at most 20,000 measurements. */
export function createSample(windowMs = 60_000) {
  let kept: { readonly at: number; readonly values: readonly number[] }[] = []
  return (values: readonly number[], now = Date.now()): Hop['latency']['toKafka'] => {
    kept = [...kept, { at: now, values: values.slice(0, 300) }].filter(({ at }) => at > now - windowMs).slice(-70)
    const sorted = Float64Array.from(kept.flatMap(one => one.values)).sort()
    if (sorted.length === 0) return null
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }
}
