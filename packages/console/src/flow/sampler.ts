import { type Flow } from './flow.ts'
import { buildFlow } from './build-flow.ts'
import type { Probe } from './probe.ts'
import type { ConnectorReading } from '../connect/read-connector.ts'
import type { DeliveriesReading } from './read-deliveries.ts'
import type { GroupReading } from './read-group.ts'
import type { OrdersReading } from './read-orders.ts'
import type { ServiceReading } from './read-service.ts'
import { type TopicReading, sum } from './read-topic.ts'
import { type Names, type Readings, lagByPartition, waitingInKafka, waitingInMysql } from './readings.ts'
import type { WaitingReading } from './read-waiting.ts'
import { createSeries, type Series } from './series.ts'
import { createRate, createSample } from './window.ts'

export type Probes = {
  readonly orderService?: Probe<ServiceReading> | undefined
  readonly orders?: Probe<OrdersReading> | undefined
  readonly waiting?: Probe<WaitingReading | undefined> | undefined
  readonly connector?: Probe<ConnectorReading> | undefined
  readonly heartbeat: Probe<number | undefined>
  readonly topic: Probe<TopicReading>
  readonly group: Probe<GroupReading>
  readonly deliveryService?: Probe<ServiceReading> | undefined
  readonly deliveries?: Probe<DeliveriesReading> | undefined
}

export type Sampler = {
  start(): void
  stop(): void
  flow(): Flow
  readings(): Readings
  readonly series: Series
  /** Called with each new picture, about once a second. */
  onFlow(listener: (flow: Flow) => void): () => void
}

const everyMs = 1_000

/** Reads every hop once a second and keeps the picture, the figures of the last hour and nothing else. */
export function createSampler(probes: Probes, names: Names): Sampler {
  const series = createSeries()
  const measure = createMeasures()
  const listeners = new Set<(flow: Flow) => void>()
  let timer: NodeJS.Timeout | undefined
  let newest = snapshot()

  function snapshot() {
    const readings = measure.read(readAll(probes, Date.now()))
    return { readings, flow: buildFlow(readings, names, measure.results(readings.now)) }
  }

  async function sample(): Promise<void> {
    const began = Date.now()
    await tickAll(probes, began)
    newest = snapshot()
    series.add(newest.flow.at, figuresOf(newest.flow, newest.readings))
    for (const listener of listeners) listener(newest.flow)
    if (timer !== undefined) timer = setTimeout(() => void sample(), Math.max(100, everyMs - (Date.now() - began)))
  }

  return {
    series,
    flow: () => newest.flow,
    readings: () => newest.readings,
    start() {
      timer ??= setTimeout(() => void sample(), 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
    onFlow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/** MySQL, then Kafka, then the group: what is counted as waiting has then had the time to arrive. */
async function tickAll({ orders, topic, waiting, group, ...others }: Probes, now: number): Promise<void> {
  const inOrder = async () => {
    await orders?.tick(now)
    await topic.tick(now)
    // Without its topic the group cannot be read either; waiting for that too would only delay the news.
    const kafkaAnswers = topic.reading().failing === undefined
    await Promise.all([waiting?.tick(now), kafkaAnswers ? group.tick(now) : undefined])
  }
  await Promise.all([inOrder(), ...Object.values(others).map(probe => probe?.tick(now))])
}

function readAll(probes: Probes, now: number): Readings {
  return {
    now,
    orderService: probes.orderService?.reading(),
    orders: probes.orders?.reading(),
    waiting: probes.waiting?.reading(),
    connector: probes.connector?.reading(),
    heartbeat: probes.heartbeat.reading(),
    topic: probes.topic.reading(),
    group: probes.group.reading(),
    deliveryService: probes.deliveryService?.reading(),
    deliveries: probes.deliveries?.reading(),
    stuckSince: {}
  }
}

/** What needs memory from one sample to the next: rates, percentiles, and since when nothing moves. */
function createMeasures() {
  const rates = {
    orders: createRate(),
    binlog: createRate(),
    topic: createRate(),
    delivered: createRate(),
    requests: createRate()
  }
  const toDebezium = createSample()
  const toKafka = createSample()
  const toDelivery = createSample()
  const lastMove = { mysql: { mark: -1, at: 0 }, group: { mark: -1, at: 0 } }
  const readAt = new Map<string, number>()
  let orders = 0

  /** True once for each new answer of a part. */
  function isNew(part: string, at: number | undefined): at is number {
    if (at === undefined || readAt.get(part) === at) return false
    readAt.set(part, at)
    return true
  }

  function moved(hop: 'mysql' | 'group', mark: number, now: number): void {
    if (lastMove[hop].mark !== mark) lastMove[hop] = { mark, at: now }
  }

  function read(readings: Readings): Readings {
    const { now, topic, group, orders: mysql, deliveries, orderService } = readings
    if (isNew('orders', mysql?.at) && mysql?.value !== undefined) {
      orders += mysql.value.added
      rates.orders.add(now, orders)
      if (mysql.value.binlog !== undefined) rates.binlog.add(now, mysql.value.binlog.position)
    }
    if (isNew('topic', topic.at) && topic.value !== undefined) {
      const total = sum(topic.value.next.values())
      rates.topic.add(now, total)
      toDebezium.add(now, topic.value.readLatencies)
      toKafka.add(now, topic.value.latencies)
      moved('mysql', total, now)
    }
    if (isNew('group', group.at) && group.value !== undefined) {
      const total = sum(group.value.committed.values())
      rates.delivered.add(now, total)
      moved('group', total, now)
    }
    if (isNew('deliveries', deliveries?.at)) toDelivery.add(now, deliveries?.value?.latencies ?? [])
    if (isNew('orderService', orderService?.at)) rates.requests.add(now, orderService?.value?.requests?.created ?? 0)
    return { ...readings, stuckSince: stuck(readings) }
  }

  function stuck(readings: Readings): Readings['stuckSince'] {
    const since = (waiting: number, at: number) => (waiting > 0 && at > 0 && readings.now - at > 3_000 ? at : undefined)
    return {
      mysql: since(waitingInMysql(readings)?.events ?? 0, lastMove.mysql.at),
      group: since(waitingInKafka(readings)?.events ?? 0, lastMove.group.at)
    }
  }

  return {
    read,
    results: (now: number) => ({
      rates: {
        orders: rates.orders.perSecond(now),
        binlogBytes: rates.binlog.perSecond(now),
        topic: rates.topic.perSecond(now),
        delivered: rates.delivered.perSecond(now),
        requests: rates.requests.perSecond(now)
      },
      latency: {
        toDebezium: toDebezium.percentiles(now),
        toKafka: toKafka.percentiles(now),
        toDelivery: toDelivery.percentiles(now)
      }
    })
  }
}

function figuresOf(flow: Flow, { topic, group }: Readings): Record<string, number | null> {
  const rate = (id: string) => flow.hops.find(hop => hop.id === id)?.rate ?? null
  const waits = (id: string) => flow.hops.find(hop => hop.id === id)?.waiting?.events ?? null
  const lags = topic.value !== undefined && group.value !== undefined ? lagByPartition(topic.value, group.value) : []
  return {
    orders: rate('mysql'),
    published: rate('topic'),
    delivered: rate('delivery'),
    p50: flow.latency.toDelivery?.p50 ?? null,
    p95: flow.latency.toDelivery?.p95 ?? null,
    p99: flow.latency.toDelivery?.p99 ?? null,
    waitingMysql: waits('debezium'),
    waitingKafka: waits('delivery'),
    ...Object.fromEntries([...lags].slice(0, 24).map(([partition, lag]) => [`lag${partition}`, lag]))
  }
}
