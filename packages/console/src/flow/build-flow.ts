import type { Flow, Headline, HopState } from './flow.ts'
import { buildHops, type Rates } from './build-hops.ts'
import { findProblems } from './find-problems.ts'
import type { Problem } from './problem.ts'
import { type Names, type Readings, lagByPartition } from './readings.ts'
import { count, milliseconds } from './say.ts'

export type Measured = { readonly rates: Rates; readonly latency: Flow['latency'] }

/** The flow screen's whole content from what was read. Pure: the same readings make the same picture. */
export function buildFlow(readings: Readings, names: Names, measured: Measured): Flow {
  const problems = findProblems(readings, names)
  const hops = buildHops({ readings, names, rates: measured.rates, problems })
  return {
    at: readings.now,
    headline: headlineOf(problems, readings, measured),
    hops,
    latency: measured.latency,
    partitions: partitionsOf(readings),
    newest: newestOf(readings),
    parked: readings.deliveries?.value?.parked?.events ?? null
  }
}

function headlineOf(problems: readonly Problem[], readings: Readings, measured: Measured): Headline {
  const worst = worstOf(problems)
  if (worst !== undefined) {
    const { state, text, advice = null, hop, since = null } = worst
    return { state, text, advice, hop, since, see: worst.see ?? screenOf[hop] }
  }
  const { topic, connector } = readings
  const known = topic.value !== undefined && (connector === undefined || connector.value !== undefined)
  if (!known)
    return { state: 'unknown', text: 'Looking at the pipeline …', advice: null, hop: null, since: null, see: null }
  return { state: 'ok', text: allIsWell(readings, measured), advice: null, hop: null, since: null, see: null }
}

const screenOf = { orders: '/', mysql: '/', debezium: '/connectors', topic: '/topics', delivery: '/groups' } as const

function worstOf(problems: readonly Problem[]): Problem | undefined {
  const order: readonly HopState[] = ['stopped', 'slow', 'unknown']
  return order.map(state => problems.find(problem => problem.state === state)).find(problem => problem !== undefined)
}

function allIsWell({ orders, deliveries }: Readings, { rates }: Measured): string {
  const newest = deliveries?.value?.newest
  const noun = orders === undefined ? 'events' : 'orders'
  const rate = rates.orders ?? rates.topic ?? 0
  const pace = rate < 0.05 ? `All is well, no new ${noun}` : `All is well: ${rateText(rate)} ${noun}/s`
  if (newest === undefined) return deliveries === undefined ? pace : 'All is well, and no order has been delivered yet'
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

function newestOf({ orders, deliveries }: Readings): Flow['newest'] {
  const delivered = deliveries?.value?.deliveredAt
  return (orders?.value?.newest ?? []).slice(0, 8).map(({ id, createdAt, columns }) => {
    const at = delivered?.get(id)
    return {
      id,
      createdAt,
      label: labelOf(columns),
      delivered: delivered === undefined ? null : at !== undefined,
      deliveredMs: at === undefined ? null : Math.max(0, at - createdAt)
    }
  })
}

/** `joon ×95` for our own orders; for other people's tables the first two columns that can be shown in a line. */
export function labelOf(columns: Readonly<Record<string, unknown>>): string {
  const { name, quantity } = columns
  if (typeof name === 'string' && typeof quantity === 'number') return `${cut(name)} ×${quantity}`
  const shown = Object.values(columns).filter(value => typeof value === 'string' || typeof value === 'number')
  return shown.slice(0, 2).map(String).map(cut).join(' ') || count(Object.keys(columns).length, 'column')
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
