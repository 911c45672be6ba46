import type { Call, Flow, Hop } from '../api/pipeline-schemas.ts'
import { listAggregates } from '../aggregates/list-aggregates.ts'
import { sum } from '../kafka/record-reader.ts'
import { ms, pluralOf, rate } from '../page/format.js'
import { buildCalls, type Caller, callProblems, eachOnce } from './build-calls.ts'
import { buildParts } from './build-parts.ts'
import { findProblems, type Problem, worstFirst } from './find-problems.ts'
import type { Readings } from './probes.ts'
import { fresh, type Names, verdictIn } from './readings.ts'

/** What was read of one hop, and what its parts are called. */
export type ReadHop = { readonly readings: Readings; readonly names: Names; readonly callees?: Callees }
/** The services that the ends of a hop call. */
type Callees = { readonly writer: readonly string[]; readonly consumer: readonly string[] }
type Seen = ReadHop & { readonly calls: Call[]; readonly problems: readonly Problem[] }

/** Everything that the flow screen shows, from what was read. Pure: the same readings give the same picture. */
export function buildFlow(read: readonly ReadHop[], callers: readonly Caller[] = []): Flow {
  const at = Math.max(...read.map(({ readings }) => readings.now))
  const others = callers.flatMap(caller => buildCalls(caller, at))
  const seen = read.map(look)
  const hops = seen.map(buildHop)
  // Hops that end in the same group park in the same place.
  const parked = new Map(seen.map(({ names }, at) => [`${names.effectHost} ${names.group}`, hops[at]?.parked ?? null]))
  const counts = [...parked.values()].filter(count => count !== null)
  return {
    at,
    headline: headlineOf(seen, callProblems(others)),
    parked: counts.length === 0 ? null : sum(counts),
    hops,
    calls: eachOnce([...others, ...seen.flatMap(({ calls }) => calls)]),
    sagas: null
  }
}

function look(hop: ReadHop): Seen {
  const { readings, names, callees = { writer: [], consumer: [] } } = hop
  const { now, writer, consumer } = readings
  const calls = [
    ...buildCalls({ part: 'writer', name: names.writer, calls: callees.writer, reading: writer }, now),
    ...buildCalls({ part: 'delivery', name: names.consumer, calls: callees.consumer, reading: consumer }, now)
  ]
  return { ...hop, calls, problems: worstFirst([...findProblems(readings, names), ...callProblems(calls)]) }
}

function buildHop({ readings, names, problems }: Seen): Hop {
  const { now, aggregates, topic, effects } = readings
  const { toDebezium = null, toKafka = null } = fresh(topic, now) ?? {}
  return {
    name: names.hop,
    writer: names.writer,
    consumer: names.consumer,
    verdict: verdictIn(readings) ?? null,
    parts: buildParts(readings, names, problems),
    latency: { toDebezium, toKafka, toDelivery: fresh(effects, now)?.latency ?? null },
    partitions: partitionsOf(readings),
    newest: listAggregates(aggregates?.value?.newest ?? [], effects?.value?.appliedAt),
    parked: effects?.value?.parked ?? null
  }
}

/** The worst problem of all hops. It names its hop, unless all of them say the same. */
function headlineOf(seen: readonly Seen[], others: readonly Problem[]): Flow['headline'] {
  const worsts = seen.flatMap(({ problems: [worst], names: { hop } }) => (worst ? [{ ...worst, hop }] : []))
  const [worst] = worstFirst([...others.map(problem => ({ ...problem, hop: null })), ...worsts])
  if (worst !== undefined) {
    const { state, advice = null, hop, part, since = null, see = part && screenOf[part] } = worst
    const isCommon = worsts.filter(({ text }) => text === worst.text).length === seen.length
    return {
      state,
      text: isCommon || hop === null ? worst.text : `${hop}: ${worst.text}`,
      advice,
      hop,
      part,
      since,
      see
    }
  }
  const known = seen.every(
    ({ readings: { topic, keeper } }) => topic.value !== undefined && keeper?.value !== undefined
  )
  const text = known ? allIsWell(seen) : 'Looking at the pipeline …'
  return { state: known ? 'ok' : 'unknown', text, advice: null, hop: null, part: null, since: null, see: null }
}

const screenOf = { writer: '/', database: '/', debezium: '/connectors', topic: '/topics', delivery: '/groups' } as const

function allIsWell(seen: readonly Seen[]): string {
  const paces = seen.map(paceOf)
  const [[joint, pace] = ['', '']] = paces
  return `All is well${paces.length === 1 ? `${joint}${pace}` : `: ${paces.map(([, words]) => words).join('; ')}`}`
}

/** How fast a hop is, and how the words continue a sentence. */
function paceOf({
  readings: { now, aggregates, topic, effects },
  names
}: Seen): readonly [joint: string, words: string] {
  if (effects?.value?.appliedAt?.size === 0) return [', and ', `no ${names.aggregate} has been delivered yet`]
  const newest = effects?.value?.newest
  const noun = aggregates === undefined ? 'events' : pluralOf(names.aggregate)
  const pass = fresh(aggregates, now)?.rate ?? fresh(topic, now)?.rate ?? 0
  const took = newest?.ms === undefined ? '' : `, newest delivered ${ms(newest.ms)} after commit`
  return pass < 0.05 ? [', ', `no new ${noun}${took}`] : [': ', `${rate(pass)} ${noun}/s${took}`]
}

function partitionsOf({ topic, group }: Readings): Hop['partitions'] {
  const partitions = [...(topic.value?.next.keys() ?? [])].sort((a, b) => a - b)
  return partitions.map(partition => ({ partition, lag: group.value?.lags.get(partition) ?? null }))
}
