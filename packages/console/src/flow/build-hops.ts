import { tasksInWords } from '@outbox-cdc/connectctl'
import type { Fact, Hop, Waiting } from '../api/pipeline-schemas.ts'
import type { Reading } from './probe.ts'
import type { Problem } from './problem.ts'
import { sum } from '../kafka/describe-topics.ts'
import { medianBound } from './read-service.ts'
import { type Names, type Readings, waitingInKafka } from './readings.ts'

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

/** The hops of the picture, each with its rate, its backlog and its state in words. One that is not configured is left out. */
export function buildHops(known: Known): Hop[] {
  return [writer(known), mysql(known), debezium(known), topic(known), consumer(known)].filter(hop => hop !== undefined)
}

type Draft = {
  readonly id: Hop['id']
  readonly title: string
  readonly name: string
  /** The state in words while there is no problem. */
  readonly well: string
  readonly rate: number | null
  readonly waiting?: Waiting | null
  readonly facts: readonly (Fact | undefined)[]
  readonly reading: Reading<unknown> | undefined
}

function hop({ problems }: Known, { reading, well, waiting = null, facts, ...rest }: Draft): Hop | undefined {
  if (reading === undefined) return undefined
  const own = problems.filter(problem => problem.hop === rest.id)
  const problem = own.find(({ state }) => state === 'stopped') ?? own[0]
  const unread = reading.value === undefined && reading.failing === undefined && reading.at === undefined
  const state = problem?.state ?? (unread ? 'unknown' : 'ok')
  const words = problem?.words ?? (unread ? 'not read yet' : well)
  return { ...rest, state, words, waiting, facts: facts.filter(fact => fact !== undefined), readAt: reading.at ?? null }
}

function writer(known: Known): Hop | undefined {
  const { readings, names, rates } = known
  const requests = readings.writer?.value?.requests
  const median = requests && medianBound(requests)
  return hop(known, {
    id: 'orders',
    title: names.orderService,
    name: names.orderServicePlace,
    well: 'accepts orders',
    rate: rates.requests,
    reading: readings.writer,
    facts: [
      requests && { label: 'placed since start', value: requests.created, unit: 'count' },
      requests && { label: 'failed requests', value: requests.failed, unit: 'count' },
      median === undefined ? undefined : { label: 'half answered within', value: median, unit: 'ms' }
    ]
  })
}

function mysql(known: Known): Hop | undefined {
  const { readings, names, rates } = known
  const { outboxRows, binlog } = readings.aggregates?.value ?? {}
  return hop(known, {
    id: 'mysql',
    title: 'MySQL',
    name: names.ordersHost,
    well: 'commits',
    rate: rates.orders,
    reading: readings.aggregates,
    facts: [
      outboxRows === undefined ? undefined : { label: 'outbox rows', value: outboxRows, unit: 'rows' },
      binlog && { label: 'binlog', value: binlog.file, unit: 'text' },
      binlog && { label: 'position', value: binlog.position.toLocaleString('en-GB'), unit: 'text' },
      rates.binlogBytes === null ? undefined : { label: 'binlog per second', value: rates.binlogBytes, unit: 'bytes' }
    ]
  })
}

function debezium(known: Known): Hop | undefined {
  const { readings, names, rates } = known
  const status = readings.connector?.value
  return hop(known, {
    id: 'debezium',
    title: 'Debezium',
    name: names.connector,
    well: readings.keeper?.value?.reason ?? 'reads the binlog',
    rate: rates.topic,
    reading: readings.connector ?? readings.keeper,
    facts: [status && { label: 'Connect reports', value: tasksInWords(status), unit: 'text' }]
  })
}

function topic(known: Known): Hop | undefined {
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

function consumer(known: Known): Hop | undefined {
  const { readings, names, rates } = known
  const group = readings.group.value
  const { parked, newest } = readings.effects?.value ?? {}
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
      newest && { label: 'newest delivery', value: newest.at, unit: 'ago' }
    ]
  })
}
