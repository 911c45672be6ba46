import { tasksInWords } from '@outbox-cdc/connectctl'
import type { Fact, Part } from '../api/pipeline-schemas.ts'
import { sum } from '../kafka/record-reader.ts'
import type { Problem } from './find-problems.ts'
import type { Reading } from './probe.ts'
import type { Readings } from './probes.ts'
import { fresh, type Names } from './readings.ts'

type Draft = Pick<Part, 'id' | 'title' | 'name' | 'rate' | 'facts'> & {
  /** The state in words while there is no problem. */
  readonly well: string
  readonly waiting?: Part['waiting']
  readonly reading: Reading<unknown> | undefined
}

/** The parts of a hop, each with its rate, its backlog and its state in words. One that is not configured is left out. */
export function buildParts(readings: Readings, names: Names, problems: readonly Problem[]): Part[] {
  return [writer, database, debezium, topic, consumer].flatMap(draft => finish(draft(readings, names), problems))
}

function finish({ reading, well, waiting = null, ...rest }: Draft, problems: readonly Problem[]): Part[] {
  if (reading === undefined) return []
  const problem = problems.find(({ part }) => part === rest.id)
  const unread = reading.value === undefined && reading.failing === undefined && reading.at === undefined
  const state = problem?.state ?? (unread ? 'unknown' : 'ok')
  const words = problem?.words ?? (unread ? 'not read yet' : well)
  return [{ ...rest, state, words, waiting, readAt: reading.at ?? null }]
}

function rateOf(reading: Reading<{ readonly rate: number | null }> | undefined, now: number): number | null {
  return fresh(reading, now)?.rate ?? null
}

/** No fact at all where the value is not known. */
function fact(label: string, value: number | string | null | undefined, unit: Fact['unit']): Fact[] {
  return value === undefined || value === null ? [] : [{ label, value, unit }]
}

function writer({ now, writer: reading }: Readings, names: Names): Draft {
  const requests = reading?.value?.requests
  const facts = [
    ...fact('created since start', requests?.created, 'count'),
    ...fact('failed requests', requests?.failed, 'count'),
    ...fact('half answered within', requests?.medianMs, 'ms')
  ]
  const { writer: title, writerPlace: name } = names
  return { id: 'writer', title, name, well: 'accepts requests', rate: rateOf(reading, now), reading, facts }
}

function database({ now, aggregates: reading }: Readings, names: Names): Draft {
  const { outboxRows, log } = reading?.value ?? {}
  const { rate = null, logBytes } = fresh(reading, now) ?? {}
  const facts = [
    ...fact('outbox rows', outboxRows, 'rows'),
    ...fact('binlog', log?.file, 'text'),
    ...fact('position', log?.file === undefined ? log?.text : log.position.toLocaleString('en-GB'), 'text'),
    ...fact(`${names.log} per second`, logBytes, 'bytes')
  ]
  const { database: title } = names
  return { id: 'database', title, name: names.aggregateHost, well: 'commits', rate, reading, facts }
}

function debezium({ now, connector, keeper, topic }: Readings, names: Names): Draft {
  const well = keeper?.value?.reason ?? `reads the ${names.log}`
  const facts = fact('Connect', connector?.value && tasksInWords(connector.value), 'text')
  const reading = connector ?? keeper
  return { id: 'debezium', title: 'Debezium', name: names.connector, well, rate: rateOf(topic, now), reading, facts }
}

function topic({ now, topic: reading }: Readings, names: Names): Draft {
  const { value } = reading
  const facts = [
    ...fact('partitions', value?.next.size, 'count'),
    ...fact('kept', value && sum(value.next.values()) - sum(value.first.values()), 'events'),
    ...fact('newest record', value?.newestAt, 'ago')
  ]
  return {
    id: 'topic',
    title: 'Kafka',
    name: names.topic,
    well: 'takes records',
    rate: rateOf(reading, now),
    reading,
    facts
  }
}

const mostNamed = 3

function alsoReads(others: readonly { readonly name: string }[] = []): string | undefined {
  const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ''
  const named = others.slice(0, mostNamed).map(({ name }) => name)
  return named.length === 0 ? undefined : `${named.join(', ')}${more}`
}

function consumer({ now, group: reading, effects }: Readings, names: Names): Draft {
  const facts = [
    ...fact('members', reading.value?.members, 'count'),
    ...fact('also reads', alsoReads(reading.value?.others), 'text'),
    ...fact('parked', effects?.value?.parked, 'events'),
    ...fact('newest delivery', effects?.value?.newest?.at, 'ago')
  ]
  const about = { title: names.consumer, name: `group ${names.group}`, well: 'delivers' }
  return {
    id: 'delivery',
    ...about,
    rate: rateOf(reading, now),
    waiting: reading.value?.waiting ?? null,
    reading,
    facts
  }
}
