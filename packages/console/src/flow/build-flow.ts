import type { Verdict } from '@outbox-cdc/connectctl'
import type { Flow, Headline, HopState } from '../api/pipeline-schemas.ts'
import { buildHops, type Rates } from './build-hops.ts'
import { findProblems, type Problem } from './find-problems.ts'
import { lagByPartition, type Names, type Readings, verdictIn } from './readings.ts'
import { count, milliseconds } from './say.ts'

export type Measured = { readonly rates: Rates; readonly latency: Flow['latency'] }

/** Everything that the flow screen shows, from what was read. Pure: the same readings give the same picture. */
export function buildFlow(readings: Readings, names: Names, measured: Measured): Flow {
  const problems = findProblems(readings, names)
  const hops = buildHops({ readings, names, rates: measured.rates, problems })
  const verdict = verdictIn(readings)
  return {
    at: readings.now,
    headline: headlineOf(problems, readings, measured),
    verdict: verdict === undefined ? null : verdictShown(verdict),
    hops,
    latency: measured.latency,
    partitions: partitionsOf(readings),
    newest: newestOf(readings),
    parked: readings.effects?.value?.parked?.events ?? null
  }
}

function verdictShown({ state, reason, advice, since }: Verdict): Flow['verdict'] {
  return { state, reason, advice: advice ?? null, since: since ?? null }
}

function headlineOf(problems: readonly Problem[], readings: Readings, measured: Measured): Headline {
  const worst = worstOf(problems)
  if (worst !== undefined) {
    const { state, text, advice = null, hop, since = null } = worst
    return { state, text, advice, hop, since, see: worst.see ?? screenOf[hop] }
  }
  const { topic, keeper } = readings
  const known = topic.value !== undefined && keeper?.value !== undefined
  const text = known ? allIsWell(readings, measured) : 'Looking at the pipeline …'
  return { state: known ? 'ok' : 'unknown', text, advice: null, hop: null, since: null, see: null }
}

const screenOf = { orders: '/', mysql: '/', debezium: '/connectors', topic: '/topics', delivery: '/groups' } as const

function worstOf(problems: readonly Problem[]): Problem | undefined {
  const order: readonly HopState[] = ['stopped', 'slow', 'unknown']
  return order.map(state => problems.find(problem => problem.state === state)).find(problem => problem !== undefined)
}

function allIsWell({ aggregates, effects }: Readings, { rates }: Measured): string {
  const newest = effects?.value?.newest
  const noun = aggregates === undefined ? 'events' : 'orders'
  const rate = rates.orders ?? rates.topic ?? 0
  const pace = rate < 0.05 ? `All is well, no new ${noun}` : `All is well: ${rateText(rate)} ${noun}/s`
  if (newest === undefined) return effects === undefined ? pace : 'All is well, and no order has been delivered yet'
  return newest.ms === undefined ? pace : `${pace}, newest delivered ${milliseconds(newest.ms)} after commit`
}

function rateText(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en-GB')
}

function partitionsOf({ topic, group }: Readings): Flow['partitions'] {
  if (topic.value === undefined) return []
  const lags = group.value === undefined ? undefined : lagByPartition(topic.value, group.value)
  const first = topic.value.first
  return [...topic.value.next]
    .map(([partition, next]) => ({
      partition,
      next,
      kept: next - (first.get(partition) ?? 0),
      lag: lags?.get(partition) ?? null
    }))
    .sort((a, b) => a.partition - b.partition)
}

function newestOf({ aggregates, effects }: Readings): Flow['newest'] {
  const applied = effects?.value?.appliedAt
  return (aggregates?.value?.newest ?? []).slice(0, 8).map(({ id, at: createdAt, columns }) => {
    const at = applied?.get(id)
    return {
      id,
      createdAt,
      label: labelOf(columns),
      delivered: applied === undefined ? null : at !== undefined,
      deliveredMs: at === undefined ? null : Math.max(0, at - createdAt)
    }
  })
}

/** `joon ×95` for a name and a quantity; for other tables the first two columns that fit in a line. */
export function labelOf(columns: Readonly<Record<string, unknown>>): string {
  const { name, quantity } = columns
  if (typeof name === 'string' && typeof quantity === 'number') return `${cut(name)} ×${quantity}`
  const shown = Object.values(columns).filter(value => typeof value === 'string' || typeof value === 'number')
  return shown.slice(0, 2).map(String).map(cut).join(' ') || count(Object.keys(columns).length, 'column')
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
