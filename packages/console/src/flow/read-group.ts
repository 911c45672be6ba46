import type { Admin } from '@platformatic/kafka'
import { ConfigurationError } from '../database/configuration-error.ts'
import { type AskKafka, refusalIn } from '../kafka/ask-kafka.ts'
import { endsOf, startsOf } from '../kafka/describe-topics.ts'
import { type FoundGroup, type GroupReader, hasOffsets, type ReadGroup } from '../kafka/read-groups.ts'
import { mapOffsets, type Offsets, type RecordReader, sum } from '../kafka/record-reader.ts'
import { createRate } from './measures.ts'

type Ends = { readonly first: Offsets; readonly next: Offsets }
type GroupSource = {
  readonly admin: Admin
  readonly reader: RecordReader
  readonly groups: GroupReader
  readonly ask: AskKafka
  readonly group: string
  /** The pipeline's topic, and its ends as they were read last. */
  readonly topic: string
  readonly log: () => Ends | undefined
}

/** Watches the group: how far it is in the pipeline's topic, and what waits in the others that it reads. */
export function createConsumerReader({ admin, reader, groups, ask, topic, group, log }: GroupSource) {
  const describe = createDescriber(groups, group)
  const rate = createRate()
  const delayIn = createDelays(reader)
  let read: ReadonlySet<string> = new Set()
  return async () => {
    const [committedIn, described] = await Promise.all([
      ask({ group, right: 'DESCRIBE' }, () => committedOffsets(admin, group)),
      describe()
    ])
    const committed = committedIn.get(topic) ?? new Map()
    // While the group rebalances, its members have no partitions.
    const assigned = topicsOf(described)
    if (assigned.size > 0) read = assigned
    const ends = log() ?? { first: committed, next: committed }
    const main = await delayIn(topic, { committed, ends })
    const names = [...new Set([...committedIn.keys(), ...read])].filter(name => name !== topic)
    const others = await Promise.all(
      [...(await ask({ right: 'DESCRIBE' }, () => endsIn(admin, names, committedIn)))].map(async ([name, found]) => {
        return { name, ...(await delayIn(name, { committed: committedIn.get(name) ?? new Map(), ends: found })) }
      })
    )
    const isRead = ({ name }: { readonly name: string }) => read.size === 0 || read.has(name)
    const waiting = [main, ...others.filter(isRead)].filter(({ events }) => events > 0)
    return {
      state: described?.state ?? 'dead',
      members: described?.members?.length ?? 0,
      /** When the offsets last changed, where records wait. */
      movedAt: Math.min(...(waiting.length === 0 ? [main] : waiting).map(({ movedAt }) => movedAt)),
      /** How many records each partition of the pipeline's topic has that the group has not handled. */
      lags: main.lags,
      /** Those of all topics that it reads; null for a group that has never committed. */
      waiting:
        committedIn.size === 0
          ? null
          : { events: sum(waiting.map(({ events }) => events)), ms: Math.max(0, ...waiting.map(({ ms }) => ms)) },
      /** The other topics that it reads, and how many records wait in each. */
      others: others.filter(isRead).map(({ name, events }) => ({ name, events })),
      /** Topics that it once read and no member reads any more, while records come in. */
      left: others.filter(one => !isRead(one) && one.events > 0).map(({ name, events }) => ({ name, events })),
      rate: rate(sum(committed.values()))
    }
  }
}

type Place = { readonly committed: Offsets; readonly ends: Ends }

/** How far a group is behind in each topic, since when its offsets stay, and the age of the oldest record that waits. */
function createDelays(reader: RecordReader) {
  const moved = new Map<string, { readonly place: string; readonly at: number }>()
  const oldest = new Map<string, { readonly place: string; readonly at: number }>()

  /** None where records can't be read: they are then as old as this page knows them. */
  async function timesAt(topic: string, behind: Offsets): Promise<readonly number[]> {
    try {
      return [...(await reader.firstAt(topic, behind)).values()].flatMap(({ timestamp }) => timestamp ?? [])
    } catch (error) {
      refusalIn(error)
      return []
    }
  }

  async function oldestOf(topic: string, behind: Offsets): Promise<number> {
    const place = [...behind].join(' ')
    if (place === '') return Date.now()
    const known = oldest.get(topic)
    if (known?.place === place) return known.at
    const at = Math.min(Date.now(), ...(await timesAt(topic, behind)))
    oldest.set(topic, { place, at })
    return at
  }

  return async (topic: string, { committed, ends: { first, next } }: Place) => {
    const place = [...committed].join(' ')
    if (moved.get(topic)?.place !== place) moved.set(topic, { place, at: Date.now() })
    const behind = new Map(
      [...next]
        .map(([partition, end]) => [partition, committed.get(partition) ?? first.get(partition) ?? 0, end] as const)
        .filter(([, offset, end]) => offset < end)
        .map(([partition, offset]) => [partition, offset])
    )
    const lags = mapOffsets(next, (end, partition) => end - (behind.get(partition) ?? end))
    const ms = Date.now() - (await oldestOf(topic, behind))
    return { lags, events: sum(lags.values()), ms, movedAt: moved.get(topic)?.at ?? Date.now() }
  }
}

/** The ends of these topics; the first offsets only where the group has not committed yet, and will begin there. */
async function endsIn(admin: Admin, names: readonly string[], committedIn: ReadonlyMap<string, Offsets>) {
  const next = byTopic(await endsOf(admin, names))
  const isNew = (name: string) => (committedIn.get(name)?.size ?? 0) < (next.get(name)?.size ?? 0)
  const first = byTopic(await startsOf(admin, [...next.keys()].filter(isNew)))
  return new Map([...next].map(([name, offsets]) => [name, { first: first.get(name) ?? new Map(), next: offsets }]))
}

/** Offsets by `topic/partition`, by topic. */
function byTopic(offsets: ReadonlyMap<string, number>): ReadonlyMap<string, Offsets> {
  const topics = Map.groupBy(offsets, ([place]) => place.slice(0, place.lastIndexOf('/')))
  const partitionIn = (place: string) => Number(place.slice(place.lastIndexOf('/') + 1))
  return new Map(
    [...topics].map(([name, places]) => [name, new Map(places.map(([place, at]) => [partitionIn(place), at]))])
  )
}

function topicsOf(group: ReadGroup | undefined): ReadonlySet<string> {
  const places = (group?.members ?? []).flatMap(({ partitions }) => partitions)
  return new Set(places.map(place => place.slice(0, place.lastIndexOf('/'))))
}

/** Describes the pipeline's group by the type that the brokers list it with, which is read again when it is gone. */
function createDescriber(groups: GroupReader, id: string) {
  let found: FoundGroup | undefined
  return async () => {
    found ??= (await groups.list()).get(id)
    if (found === undefined) return undefined
    const { type } = found
    const [described] = await groups.describe([found])
    if (described?.state === 'dead' || described?.members === undefined) found = undefined
    if (!hasOffsets({ id, type, state: '' }))
      throw new ConfigurationError(`${id} is a ${type} group, not one of consumers. Check the group of the hop`)
    return described
  }
}

/** Where a group is, by topic; empty for a group that never committed. */
async function committedOffsets(admin: Admin, group: string): Promise<ReadonlyMap<string, Offsets>> {
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const found = (answer?.topics ?? []).map(({ name, partitions }) => {
    const known = partitions.filter(({ committedOffset }) => committedOffset >= 0n)
    return [name, new Map(known.map(one => [one.partitionIndex, Number(one.committedOffset)]))] as const
  })
  return new Map(found.filter(([, offsets]) => offsets.size > 0))
}
