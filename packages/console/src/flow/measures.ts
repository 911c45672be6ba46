import type { Flow, Percentiles } from '../api/pipeline-schemas.ts'
import type { Measured } from './build-flow.ts'
import { sum } from '../kafka/record-reader.ts'
import { lagByPartition, type Readings, waitingInKafka } from './readings.ts'

/** The group's offsets must not move for this long, while records wait, before the page calls it stuck. */
const stuckMs = 5_000

/** What grows from one sample to the next: rates, percentiles, and since when the group's offsets do not move. */
export function createMeasures() {
  const rates = {
    orders: createRate(),
    binlogBytes: createRate(),
    topic: createRate(),
    delivered: createRate(),
    requests: createRate()
  }
  const latency = { toDebezium: createSample(), toKafka: createSample(), toDelivery: createSample() }
  const readAt = new Map<string, number>()
  let groupMoved = { total: -1, at: 0 }
  let orders = 0

  /** True once for each new answer of a part. */
  function isNew(part: string, at: number | undefined): at is number {
    if (at === undefined || readAt.get(part) === at) return false
    readAt.set(part, at)
    return true
  }

  function add(readings: Readings): Readings {
    const { now, topic, group, aggregates, effects, writer } = readings
    if (isNew('aggregates', aggregates?.at) && aggregates?.value !== undefined) {
      orders += aggregates.value.added
      rates.orders.add(now, orders)
      if (aggregates.value.binlog !== undefined) rates.binlogBytes.add(now, aggregates.value.binlog.position)
    }
    if (isNew('topic', topic.at) && topic.value !== undefined) {
      rates.topic.add(now, sum(topic.value.next.values()))
      latency.toDebezium.add(now, topic.value.readLatencies)
      latency.toKafka.add(now, topic.value.latencies)
    }
    if (isNew('group', group.at) && group.value !== undefined) {
      const total = sum(group.value.committed.values())
      rates.delivered.add(now, total)
      if (groupMoved.total !== total) groupMoved = { total, at: now }
    }
    if (isNew('effects', effects?.at)) latency.toDelivery.add(now, effects?.value?.latencies ?? [])
    if (isNew('writer', writer?.at)) rates.requests.add(now, writer?.value?.requests?.created ?? 0)
    const waits = (waitingInKafka(readings)?.events ?? 0) > 0 && groupMoved.at > 0
    return { ...readings, groupStuckSince: waits && now - groupMoved.at > stuckMs ? groupMoved.at : undefined }
  }

  return {
    add,
    results: (now: number): Measured => ({
      rates: mapValues(rates, rate => rate.perSecond(now)),
      latency: mapValues(latency, sample => sample.percentiles(now))
    })
  }
}

function mapValues<K extends string, A, B>(from: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(from).map(([key, value]) => [key, change(value)])) as Record<K, B>
}

/** The figures of one picture that the charts over time show. */
export function figuresOf(flow: Flow, { topic, group }: Readings): Record<string, number | null> {
  const hop = (id: string) => flow.hops.find(one => one.id === id)
  const lags = topic.value !== undefined && group.value !== undefined ? lagByPartition(topic.value, group.value) : []
  return {
    orders: hop('mysql')?.rate ?? null,
    published: hop('topic')?.rate ?? null,
    delivered: hop('delivery')?.rate ?? null,
    p50: flow.latency.toDelivery?.p50 ?? null,
    p95: flow.latency.toDelivery?.p95 ?? null,
    p99: flow.latency.toDelivery?.p99 ?? null,
    waitingKafka: hop('delivery')?.waiting?.events ?? null,
    ...Object.fromEntries([...lags].slice(0, 24).map(([partition, lag]) => [`lag${partition}`, lag]))
  }
}

/** The rate of a counter over the last seconds. It starts again when the counter falls, as after a restart. */
export function createRate(windowMs = 10_000) {
  let points: { readonly at: number; readonly count: number }[] = []
  return {
    add(at: number, count: number): void {
      if (count < (points.at(-1)?.count ?? 0)) points = []
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
    add(at: number, values: readonly number[]): void {
      if (values.length > 0) kept.push({ at, values: values.slice(0, 300) })
    },
    percentiles(now: number): Percentiles | null {
      kept = kept.filter(({ at }) => at > now - windowMs).slice(-70)
      const sorted = Float64Array.from(kept.flatMap(({ values }) => values)).sort()
      if (sorted.length === 0) return null
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: sorted.length }
    }
  }
}
