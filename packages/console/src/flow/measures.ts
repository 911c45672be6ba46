import type { Flow, Percentiles } from '../api/pipeline-schemas.ts'
import { sum } from '../kafka/record-reader.ts'
import type { Measured } from './build-flow.ts'
import type { Readings } from './probes.ts'

/** What grows from one sample to the next: rates and percentiles. */
export function createMeasures() {
  const rates = {
    orders: createRate(),
    binlogBytes: createRate(),
    topic: createRate(),
    delivered: createRate(),
    requests: createRate()
  }
  const latency = { toDebezium: createSample(), toKafka: createSample(), toDelivery: createSample() }
  return {
    add({ topic, group, aggregates, effects, writer }: Readings): void {
      rates.orders.add(aggregates?.at, aggregates?.value?.added)
      rates.binlogBytes.add(aggregates?.at, aggregates?.value?.binlog?.position)
      rates.topic.add(topic.at, topic.value && sum(topic.value.next.values()))
      rates.delivered.add(group.at, group.value && sum(group.value.committed.values()))
      rates.requests.add(writer?.at, writer?.value?.requests?.created)
      latency.toDebezium.add(topic.at, topic.value?.readLatencies)
      latency.toKafka.add(topic.at, topic.value?.latencies)
      latency.toDelivery.add(effects?.at, effects?.value?.latencies)
    },
    results: (now: number): Measured => ({
      rates: mapValues(rates, rate => rate.perSecond(now)),
      latency: mapValues(latency, sample => sample.percentiles(now))
    })
  }
}

export function mapValues<K extends string, A, B>(from: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(from).map(([key, value]) => [key, change(value)])) as Record<K, B>
}

/** The figures of one picture that the charts over time show. */
export function figuresOf({ hops, latency, partitions }: Flow): Record<string, number | null> {
  const hop = (id: string) => hops.find(one => one.id === id)
  const { p50 = null, p95 = null, p99 = null } = latency.toDelivery ?? {}
  return {
    orders: hop('mysql')?.rate ?? null,
    published: hop('topic')?.rate ?? null,
    delivered: hop('delivery')?.rate ?? null,
    p50,
    p95,
    p99,
    waitingKafka: hop('delivery')?.waiting?.events ?? null,
    ...Object.fromEntries(partitions.slice(0, 24).map(({ partition, lag }) => [`lag${partition}`, lag]))
  }
}

/** The rate of a counter over the last seconds. It starts again when the counter falls, as after a restart. */
export function createRate(windowMs = 10_000) {
  let points: { readonly at: number; readonly count: number }[] = []
  return {
    /** Adds what a part answered `at` that time, once for each answer. */
    add(at: number | undefined, count: number | undefined): void {
      const last = points.at(-1)
      if (at === undefined || count === undefined || at === last?.at) return
      if (count < (last?.count ?? 0)) points = []
      points.push({ at, count })
      while (points.length > 2 && (points[1]?.at ?? at) <= at - windowMs) points.shift()
    },
    perSecond(now: number): number | null {
      const [first] = points
      const last = points.at(-1)
      if (first === undefined || last === undefined || last.at - first.at < 900 || now - last.at > 5_000) return null
      return ((last.count - first.count) * 1000) / (last.at - first.at)
    }
  }
}

/** Percentiles of what was measured in the last minute, from at most 20,000 measurements. */
export function createSample(windowMs = 60_000) {
  let kept: { readonly at: number; readonly values: readonly number[] }[] = []
  return {
    add(at: number | undefined, values: readonly number[] = []): void {
      if (at !== undefined && at !== kept.at(-1)?.at && values.length > 0)
        kept.push({ at, values: values.slice(0, 300) })
    },
    percentiles(now: number): Percentiles | null {
      kept = kept.filter(({ at }) => at > now - windowMs).slice(-70)
      const sorted = Float64Array.from(kept.flatMap(({ values }) => values)).sort()
      if (sorted.length === 0) return null
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
    }
  }
}
