import type { LatencyRow } from '../sections/latency.ts'
import { spreadOf } from '../stats.ts'
import { variants } from '../variants/variants.ts'
import { spread } from './text.ts'

export type Percentile = 'p50' | 'p95' | 'p99' | 'max'
/** From COMMIT to COMMIT, or from when the order was due. */
export type Span = 'delivery' | 'whole'
type About = { readonly variant: string; readonly rate: number }
type Rows = readonly LatencyRow[]

/** Results outlive variants, so one that is gone shows its name. */
export function variantTitle(name: string): string {
  return variants.find(variant => variant.name === name)?.title ?? name
}

function roundsOf(rows: Rows, { variant, rate }: About): Rows {
  return rows.filter(row => row.variant === variant && row.rate === rate)
}

export function isMeasured(rows: Rows, variant: string): boolean {
  return rows.some(row => row.variant === variant)
}

/** One percentile of one variant at one rate: the median of its rounds, NaN when it was not measured. */
export function latencyOf(rows: Rows, about: About, [span, percentile]: readonly [Span, Percentile]): number {
  return spreadOf(roundsOf(rows, about).map(row => row[span][percentile])).median
}

/**
 * Whether a rate was held in most rounds: a low latency doesn't count where orders are refused or late. A round without
 * the rate counts as not held, because it ended at a lower one.
 */
export function holds(rows: Rows, { variant, rate }: About): boolean {
  const held = roundsOf(rows, { variant, rate }).filter(row => row.held)
  return held.length * 2 > roundNumbers(rows, variant).length
}

/** The rates that each of the variants holds, in order. */
export function ratesHeldBy(rows: Rows, names: readonly string[]): readonly number[] {
  const rates = [...new Set(rows.map(({ rate }) => rate))].toSorted((one, other) => one - other)
  return rates.filter(rate => names.every(variant => holds(rows, { variant, rate })))
}

/** The highest rate that a variant held, round by round; 0 where it held none. */
export function highestRates(rows: Rows, variant: string): readonly number[] {
  return roundNumbers(rows, variant).map(number =>
    Math.max(0, ...rows.filter(row => row.variant === variant && row.round === number && row.held).map(row => row.rate))
  )
}

export function highestHeld(rows: Rows, variant: string): string {
  const rates = highestRates(rows, variant)
  return rates.every(rate => rate === 0) ? 'none' : spread(rates)
}

function roundNumbers(rows: Rows, variant: string): readonly number[] {
  return [...new Set(rows.filter(row => row.variant === variant).map(({ round }) => round))]
}

/** CPU milliseconds of all processes for 1,000 orders, round by round. */
export function cpuTogether(rows: Rows, about: About): readonly number[] {
  return roundsOf(rows, about).map(({ cpuPerThousand }) =>
    Object.values(cpuPerThousand).reduce((sum, each) => sum + each, 0)
  )
}
