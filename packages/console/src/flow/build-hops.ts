import { tasksInWords } from '@outbox-cdc/connectctl'
import type { Fact, Hop } from '../api/pipeline-schemas.ts'
import { sum } from '../kafka/record-reader.ts'
import type { Problem } from './find-problems.ts'
import type { Reading } from './probe.ts'
import type { Readings } from './probes.ts'
import { type Names, waitingInKafka } from './readings.ts'

export type Rates = Readonly<Record<'orders' | 'binlogBytes' | 'topic' | 'delivered' | 'requests', number | null>>

type Known = {
  readonly readings: Readings
  readonly names: Names
  readonly rates: Rates
  readonly problems: readonly Problem[]
}

type Draft = Pick<Hop, 'id' | 'title' | 'name' | 'rate' | 'facts'> & {
  /** The state in words while there is no problem. */
  readonly well: string
  readonly waiting?: Hop['waiting']
  readonly reading: Reading<unknown> | undefined
}

/** The hops of the picture, each with its rate, its backlog and its state in words. One that is not configured is left out. */
export function buildHops(known: Known): Hop[] {
  return [writer, mysql, debezium, topic, consumer].flatMap(draft => finish(draft(known), known.problems))
}

function finish({ reading, well, waiting = null, ...rest }: Draft, problems: readonly Problem[]): Hop[] {
  if (reading === undefined) return []
  const own = problems.filter(problem => problem.hop === rest.id)
  const problem = own.find(({ state }) => state === 'stopped') ?? own[0]
  const unread = reading.value === undefined && reading.failing === undefined && reading.at === undefined
  const state = problem?.state ?? (unread ? 'unknown' : 'ok')
  const words = problem?.words ?? (unread ? 'not read yet' : well)
  return [{ ...rest, state, words, waiting, readAt: reading.at ?? null }]
}

/** No fact at all where the value is not known. */
function fact(label: string, value: number | string | null | undefined, unit: Fact['unit']): Fact[] {
  return value === undefined || value === null ? [] : [{ label, value, unit }]
}

function writer({ readings: { writer: reading }, names, rates }: Known): Draft {
  const requests = reading?.value?.requests
  const facts = [
    ...fact('placed since start', requests?.created, 'count'),
    ...fact('failed requests', requests?.failed, 'count'),
    ...fact('half answered within', requests?.medianMs, 'ms')
  ]
  const { orderService: title, orderServicePlace: name } = names
  return { id: 'orders', title, name, well: 'accepts orders', rate: rates.requests, reading, facts }
}

function mysql({ readings: { aggregates: reading }, names, rates }: Known): Draft {
  const { outboxRows, binlog } = reading?.value ?? {}
  const facts = [
    ...fact('outbox rows', outboxRows, 'rows'),
    ...fact('binlog', binlog?.file, 'text'),
    ...fact('position', binlog?.position.toLocaleString('en-GB'), 'text'),
    ...fact('binlog per second', rates.binlogBytes, 'bytes')
  ]
  return { id: 'mysql', title: 'MySQL', name: names.ordersHost, well: 'commits', rate: rates.orders, reading, facts }
}

function debezium({ readings: { connector, keeper }, names, rates }: Known): Draft {
  const well = keeper?.value?.reason ?? 'reads the binlog'
  const facts = fact('Connect reports', connector?.value && tasksInWords(connector.value), 'text')
  const reading = connector ?? keeper
  return { id: 'debezium', title: 'Debezium', name: names.connector, well, rate: rates.topic, reading, facts }
}

function topic({ readings: { topic: reading }, names, rates }: Known): Draft {
  const { value } = reading
  const facts = [
    ...fact('partitions', value?.next.size, 'count'),
    ...fact('kept', value && sum(value.next.values()) - sum(value.first.values()), 'events'),
    ...fact('newest record', value?.newestAt, 'ago')
  ]
  return { id: 'topic', title: 'Kafka', name: names.topic, well: 'takes records', rate: rates.topic, reading, facts }
}

function consumer({ readings, names, rates }: Known): Draft {
  const { group: reading, effects } = readings
  const facts = [
    ...fact('members', reading.value?.members, 'count'),
    ...fact('parked', effects?.value?.parked, 'events'),
    ...fact('newest delivery', effects?.value?.newest?.at, 'ago')
  ]
  const about = { title: names.deliveryService, name: `group ${names.group}`, well: 'delivers' }
  return { id: 'delivery', ...about, rate: rates.delivered, waiting: waitingInKafka(readings), reading, facts }
}
