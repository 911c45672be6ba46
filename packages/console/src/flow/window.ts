import type { Percentiles } from './flow.ts'

/** The rate of a counter over the last seconds. A counter that falls (a restart) starts afresh. */
export type Rate = { add(at: number, count: number): void; perSecond(now: number): number | null }

export function createRate(windowMs = 10_000): Rate {
  let points: { readonly at: number; readonly count: number }[] = []
  return {
    add(at, count) {
      if (count < (points.at(-1)?.count ?? 0)) points = []
      points.push({ at, count })
      while (points.length > 2 && (points[1]?.at ?? at) <= at - windowMs) points.shift()
    },
    perSecond(now) {
      const [first] = points
      const last = points.at(-1)
      if (first === undefined || last === undefined || last.at - first.at < 900 || now - last.at > 5_000) return null
      return ((last.count - first.count) * 1000) / (last.at - first.at)
    }
  }
}

/** Percentiles of what was measured in the last minute, from at most 20,000 measurements. */
export type Sample = { add(at: number, values: readonly number[]): void; percentiles(now: number): Percentiles | null }

export function createSample(windowMs = 60_000): Sample {
  let kept: { readonly at: number; readonly values: readonly number[] }[] = []
  return {
    add(at, values) {
      if (values.length > 0) kept.push({ at, values: values.slice(0, 300) })
    },
    percentiles(now) {
      kept = kept.filter(({ at }) => at > now - windowMs).slice(-70)
      const sorted = Float64Array.from(kept.flatMap(({ values }) => values)).sort()
      if (sorted.length === 0) return null
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: sorted.length }
    }
  }
}
