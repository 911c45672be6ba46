import type { Flow } from '../api/pipeline-schemas.ts'
import { listAggregates } from '../aggregates/list-aggregates.ts'
import { ms, pluralOf, rate } from '../page/format.js'
import { buildHops } from './build-hops.ts'
import { findProblems, type Problem } from './find-problems.ts'
import type { Readings } from './probes.ts'
import { fresh, type Names, verdictIn } from './readings.ts'

/** Everything that the flow screen shows, from what was read. Pure: the same readings give the same picture. */
export function buildFlow(readings: Readings, names: Names): Flow {
  const problems = findProblems(readings, names)
  const { now, aggregates, topic, effects } = readings
  const { toDebezium = null, toKafka = null } = fresh(topic, now) ?? {}
  return {
    at: now,
    headline: headlineOf(problems[0], readings, names),
    verdict: verdictIn(readings) ?? null,
    hops: buildHops(readings, names, problems),
    latency: { toDebezium, toKafka, toDelivery: fresh(effects, now)?.latency ?? null },
    partitions: partitionsOf(readings),
    newest: listAggregates(aggregates?.value?.newest ?? [], effects?.value?.appliedAt),
    parked: effects?.value?.parked ?? null,
    sagas: null
  }
}

function headlineOf(worst: Problem | undefined, readings: Readings, names: Names): Flow['headline'] {
  if (worst !== undefined) {
    const { state, text, advice = null, hop, since = null, see = screenOf[hop] } = worst
    return { state, text, advice, hop, since, see }
  }
  const known = readings.topic.value !== undefined && readings.keeper?.value !== undefined
  const text = known ? allIsWell(readings, names) : 'Looking at the pipeline …'
  return { state: known ? 'ok' : 'unknown', text, advice: null, hop: null, since: null, see: null }
}

const screenOf = { writer: '/', database: '/', debezium: '/connectors', topic: '/topics', delivery: '/groups' } as const

function allIsWell({ now, aggregates, topic, effects }: Readings, { aggregate }: Names): string {
  const newest = effects?.value?.newest
  const noun = aggregates === undefined ? 'events' : pluralOf(aggregate)
  const pass = fresh(aggregates, now)?.rate ?? fresh(topic, now)?.rate ?? 0
  const pace = pass < 0.05 ? `All is well, no new ${noun}` : `All is well: ${rate(pass)} ${noun}/s`
  if (effects?.value?.appliedAt?.size === 0) return `All is well, and no ${aggregate} has been delivered yet`
  return newest?.ms === undefined ? pace : `${pace}, newest delivered ${ms(newest.ms)} after commit`
}

function partitionsOf({ topic, group }: Readings): Flow['partitions'] {
  const partitions = [...(topic.value?.next.keys() ?? [])].sort((a, b) => a - b)
  return partitions.map(partition => ({ partition, lag: group.value?.lags.get(partition) ?? null }))
}
