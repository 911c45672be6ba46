import type { DrainRow } from '../sections/drain.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import type { SettingRow } from '../sections/settings.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import { groupBy } from '../stats/by.ts'
import { spreadOf } from '../stats/summary.ts'
import { figure, spread, table } from './text.ts'

/** One figure that a run measured in several rounds. */
type Figure = { readonly name: string; readonly value: number }
export type Pair = { readonly now: Result; readonly before: Result }

const least = 2

/** Whether a second full run agrees with the one before it: the rounds of one reach into those of the other. */
export function twoRuns(pairs: readonly Pair[]): string {
  const compared = pairs.flatMap(({ now, before }) => compare(figuresOf(now), figuresOf(before)))
  if (compared.length === 0) return ''
  const apart = compared.filter(({ agree }) => !agree)
  const byChance = Math.round(
    compared.reduce((sum, { now, before }) => sum + chanceApart(now.length, before.length), 0)
  )
  const first = pairs[0]
  const said = `The run of ${when(first?.before)} against that of ${when(first?.now)}: of ${compared.length} figures that both measured in rounds
(median and 99th percentile by variant and rate, orders a second, drains), the rounds of ${compared.length - apart.length} reach into each other.
If nothing but chance lay between the runs, the rounds of ${figure(byChance)} would lie apart all the same, ${apart.length} do.`
  const lines = apart.map(({ name, now, before }) => [name, spread(before), spread(now)])
  const rest = lines.length === 0 ? '' : `\n\nThe others:\n\n${table(['figure', 'before', 'now'], lines)}`
  return `## Two runs\n\n${said}${rest}`
}

type Compared = {
  readonly name: string
  readonly now: readonly number[]
  readonly before: readonly number[]
  readonly agree: boolean
}

function compare(now: readonly Figure[], before: readonly Figure[]): readonly Compared[] {
  const old = groupBy(before, ({ name }) => name)
  return [...groupBy(now, ({ name }) => name)].flatMap(([name, figures]) => {
    const [one, other] = [figures, old.get(name) ?? []].map(each => each.map(({ value }) => value)) as [
      number[],
      number[]
    ]
    if (one.length < least || other.length < least) return []
    const [a, b] = [spreadOf(one), spreadOf(other)]
    return [{ name, now: one, before: other, agree: a.least <= b.most && b.least <= a.most }]
  })
}

/** How likely it is that of so many draws of the same thing all of the one lie above, or all below, those of the other. */
export function chanceApart(one: number, other: number): number {
  const orders = Array.from({ length: other }, (_, index) => (one + index + 1) / (index + 1))
  return 2 / orders.reduce((product, factor) => product * factor, 1)
}

// A section's file holds the rows that the section of the same name wrote.
function figuresOf({ section, rows }: Result): readonly Figure[] {
  if (section === 'latency')
    return (rows as readonly LatencyRow[]).flatMap(({ variant, rate, delivery }) => [
      { name: `${variant} at ${rate}/s, p50 ms`, value: delivery.p50 },
      { name: `${variant} at ${rate}/s, p99 ms`, value: delivery.p99 }
    ])
  if (section === 'settings')
    return (rows as readonly SettingRow[]).map(({ setting, delivery }) => ({
      name: `setting ${setting}, p50 ms`,
      value: delivery.p50
    }))
  if (section === 'write-path')
    return (rows as readonly WritePathRow[]).map(({ path, ordersPerSecond }) => ({
      name: `${path}, orders/s`,
      value: ordersPerSecond
    }))
  if (section === 'drain')
    return (rows as readonly DrainRow[]).map(({ drain, perSecond }) => ({
      name: `drain ${drain}, events/s`,
      value: perSecond
    }))
  return []
}

function when(result: Result | undefined): string {
  return `${(result?.startedAt ?? '').slice(0, 16).replace('T', ' ')} UTC`
}
