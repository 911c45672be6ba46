import type { Flow, Headline, HopState } from '../api/pipeline-schemas.ts'
import { listOrders } from '../orders/list-orders.ts'
import { ms, rate } from '../page/format.js'
import { buildHops, type Rates } from './build-hops.ts'
import { findProblems, type Problem } from './find-problems.ts'
import type { Readings } from './probes.ts'
import { lagsIn, type Names, verdictIn } from './readings.ts'

export type Measured = { readonly rates: Rates; readonly latency: Flow['latency'] }

/** Everything that the flow screen shows, from what was read. Pure: the same readings give the same picture. */
export function buildFlow(readings: Readings, names: Names, { rates, latency }: Measured): Flow {
  const problems = findProblems(readings, names)
  const { aggregates, effects } = readings
  return {
    at: readings.now,
    headline: headlineOf(problems, readings, rates),
    verdict: verdictIn(readings) ?? null,
    hops: buildHops({ readings, names, rates, problems }),
    latency,
    partitions: partitionsOf(readings),
    newest: listOrders(aggregates?.value?.newest ?? [], effects?.value?.appliedAt),
    parked: effects?.value?.parked ?? null
  }
}

function headlineOf(problems: readonly Problem[], readings: Readings, rates: Rates): Headline {
  const severity: readonly HopState[] = ['stopped', 'slow', 'unknown']
  const [worst] = problems.toSorted((a, b) => severity.indexOf(a.state) - severity.indexOf(b.state))
  if (worst !== undefined) {
    const { state, text, advice = null, hop, since = null, see = screenOf[hop] } = worst
    return { state, text, advice, hop, since, see }
  }
  const known = readings.topic.value !== undefined && readings.keeper?.value !== undefined
  const text = known ? allIsWell(readings, rates) : 'Looking at the pipeline …'
  return { state: known ? 'ok' : 'unknown', text, advice: null, hop: null, since: null, see: null }
}

const screenOf = { orders: '/', mysql: '/', debezium: '/connectors', topic: '/topics', delivery: '/groups' } as const

function allIsWell({ aggregates, effects }: Readings, rates: Rates): string {
  const newest = effects?.value?.newest
  const noun = aggregates === undefined ? 'events' : 'orders'
  const pass = rates.orders ?? rates.topic ?? 0
  const pace = pass < 0.05 ? `All is well, no new ${noun}` : `All is well: ${rate(pass)} ${noun}/s`
  if (newest === undefined) return effects === undefined ? pace : 'All is well, and no order has been delivered yet'
  return newest.ms === undefined ? pace : `${pace}, newest delivered ${ms(newest.ms)} after commit`
}

function partitionsOf(readings: Readings): Flow['partitions'] {
  const lags = lagsIn(readings)
  const partitions = [...(readings.topic.value?.next.keys() ?? [])].sort((a, b) => a - b)
  return partitions.map(partition => ({ partition, lag: lags?.get(partition) ?? null }))
}
