import type { Fact, Hop } from './flow.ts'
import type { Reading } from './probe.ts'
import type { Problem } from './problem.ts'
import { medianBound } from './read-service.ts'
import { sum } from './read-topic.ts'
import { type Names, type Readings, type Waiting, waitingInKafka, waitingInMysql } from './readings.ts'

export type Rates = {
  readonly orders: number | null
  readonly binlogBytes: number | null
  readonly topic: number | null
  readonly delivered: number | null
  readonly requests: number | null
}

type Known = {
  readonly readings: Readings
  readonly names: Names
  readonly rates: Rates
  readonly problems: readonly Problem[]
}

/** The five hops of the picture, each with its rate, what waits before it, and its state in words. */
export function buildHops(known: Known): Hop[] {
  return [orderService(known), mysql(known), debezium(known), topic(known), delivery(known)]
}

type Draft = {
  readonly id: Hop['id']
  readonly title: string
  readonly name: string
  readonly well: string
  readonly rate: number | null
  readonly waiting?: Waiting | null
  readonly facts: readonly (Fact | undefined)[]
  readonly reading: Reading<unknown> | undefined
}

function hop({ problems }: Known, { reading, well, waiting = null, facts, ...rest }: Draft): Hop {
  const own = problems.filter(problem => problem.hop === rest.id)
  const problem = own.find(({ state }) => state === 'stopped') ?? own[0]
  const verdict =
    problem !== undefined
      ? { state: problem.state, words: problem.words }
      : reading === undefined
        ? { state: 'unknown' as const, words: 'not configured' }
        : reading.value === undefined && reading.failing === undefined
          ? { state: 'unknown' as const, words: 'not read yet' }
          : { state: 'ok' as const, words: well }
  return {
    ...rest,
    ...verdict,
    waiting,
    facts: facts.filter(fact => fact !== undefined),
    readAt: reading?.at ?? null
  }
}

function orderService(known: Known): Hop {
  const { readings, names, rates } = known
  const requests = readings.orderService?.value?.requests
  const median = requests && medianBound(requests)
  return hop(known, {
    id: 'orders',
    title: names.orderService,
    name: names.orderServicePlace,
    well: 'accepts orders',
    rate: rates.requests,
    reading: readings.orderService,
    facts: [
      requests && { label: 'placed since start', value: requests.created, unit: 'count' },
      requests && { label: 'failed requests', value: requests.failed, unit: 'count' },
      median === undefined ? undefined : { label: 'half answered within', value: median, unit: 'ms' }
    ]
  })
}

function mysql(known: Known): Hop {
  const { readings, names, rates } = known
  const { outboxRows, binlog } = readings.orders?.value ?? {}
  return hop(known, {
    id: 'mysql',
    title: 'MySQL',
    name: names.ordersHost,
    well: 'commits',
    rate: rates.orders,
    reading: readings.orders,
    facts: [
      outboxRows === undefined ? undefined : { label: 'outbox rows', value: outboxRows, unit: 'rows' },
      binlog && { label: 'binlog', value: binlog.file, unit: 'text' },
      binlog && { label: 'position', value: binlog.position.toLocaleString('en-GB'), unit: 'text' },
      rates.binlogBytes === null ? undefined : { label: 'binlog per second', value: rates.binlogBytes, unit: 'bytes' }
    ]
  })
}

function debezium(known: Known): Hop {
  const { readings, names, rates } = known
  const status = readings.connector?.value?.status
  const { heartbeat } = readings
  const tasks = status?.tasks.map(task => `${task.id} ${task.state.toLowerCase()}`).join(', ')
  return hop(known, {
    id: 'debezium',
    title: 'Debezium',
    name: names.connector,
    well: 'reads the binlog',
    rate: rates.topic,
    waiting: waitingInMysql(readings),
    reading: readings.connector,
    facts: [
      status && { label: 'task', value: tasks === '' ? 'none' : (tasks ?? 'none'), unit: 'text' },
      heartbeat.value === undefined ? undefined : { label: 'heartbeat', value: heartbeat.value, unit: 'ago' }
    ]
  })
}

function topic(known: Known): Hop {
  const { readings, names, rates } = known
  const value = readings.topic.value
  const kept = value && sum(value.next.values()) - sum(value.first.values())
  return hop(known, {
    id: 'topic',
    title: 'Kafka',
    name: names.topic,
    well: 'takes records',
    rate: rates.topic,
    reading: readings.topic,
    facts: [
      value && { label: 'partitions', value: value.next.size, unit: 'count' },
      kept === undefined ? undefined : { label: 'kept', value: kept, unit: 'events' },
      value?.newestAt === undefined ? undefined : { label: 'newest record', value: value.newestAt, unit: 'ago' }
    ]
  })
}

function delivery(known: Known): Hop {
  const { readings, names, rates } = known
  const group = readings.group.value
  const parked = readings.deliveries?.value?.parked
  const newest = readings.deliveries?.value?.newest
  return hop(known, {
    id: 'delivery',
    title: names.deliveryService,
    name: `group ${names.group}`,
    well: 'delivers',
    rate: rates.delivered,
    waiting: waitingInKafka(readings),
    reading: readings.group,
    facts: [
      group && { label: 'members', value: group.members, unit: 'count' },
      parked && { label: 'parked', value: parked.events, unit: 'events' },
      newest && { label: 'newest delivery', value: newest.deliveredAt, unit: 'ago' }
    ]
  })
}
