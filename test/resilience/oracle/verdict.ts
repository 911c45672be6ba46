import type { Effect, Finding, FindingKind } from './evidence.ts'

export type Course = {
  /** When the load began. */
  readonly startedAt: number
  readonly faultAt: number
  /** The end of the cause: from here on only the pipeline has to recover. */
  readonly causeOverAt: number
  /** When the first event that was sent after that took effect; undefined when it never did. */
  readonly flowBackAt: number | undefined
  /** The observed fault; undefined when it was not observed. */
  readonly observed: string | undefined
  readonly healWithinMs: number
  /** A run with fewer events proves nothing. */
  readonly leastEvents: number
  /** Whether effects still arrived when the evidence was collected: what is missing then may only be late. */
  readonly stillArriving: boolean
}

export type Outcome = 'passed' | 'slow' | 'void' | 'failed'

export type Verdict = {
  readonly outcome: Outcome
  readonly reason: string
  readonly counts: Readonly<Record<FindingKind, number>>
  readonly healMs: number | undefined
  readonly silenceMs: number
  readonly events: number
}

const justBeforeMs = 2_000

/** A run with too few events, that ended too soon, or whose fault was not observed, proves nothing: it is void, not passed. */
export function reachVerdict(findings: readonly Finding[], effects: readonly Effect[], course: Course): Verdict {
  const during = effects.filter(({ at }) => at >= Math.max(course.startedAt, course.faultAt - justBeforeMs))
  const counts = { lost: 0, doubled: 0, reordered: 0, ghost: 0, broken: 0 }
  for (const { kind } of findings) counts[kind] += 1
  const healMs =
    course.flowBackAt === undefined ? undefined : Math.round(Math.max(0, course.flowBackAt - course.causeOverAt))
  // The ledger may flow while the orders are held up.
  const orders = during.filter(({ aggregate }) => aggregate === 'order').map(({ at }) => at)
  const silenceMs = longestSilence(orders, course.faultAt)
  const figures = { counts, healMs, silenceMs, events: during.length }
  const [outcome, reason] = decide(findings, { course, healMs, events: during.length })
  return { outcome, reason, ...figures }
}

type Figures = { readonly course: Course; readonly healMs: number | undefined; readonly events: number }

function decide(findings: readonly Finding[], { course, healMs, events }: Figures): readonly [Outcome, string] {
  const certain = course.stillArriving ? findings.filter(({ kind }) => kind !== 'lost' && kind !== 'ghost') : findings
  const [first] = certain
  if (first !== undefined) return ['failed', `${certain.length} findings; ${first.kind}: ${first.id} ${first.detail}`]
  if (course.stillArriving) return ['void', 'events still arrived when the evidence was collected']
  if (course.observed === undefined) return ['void', 'the fault was not observed']
  if (healMs === undefined) return ['failed', 'events never flowed again']
  if (events < course.leastEvents) return ['void', `${events} events flowed, at least ${course.leastEvents} are needed`]
  if (healMs > course.healWithinMs)
    return ['slow', `healed after ${seconds(healMs)}, the bound was ${seconds(course.healWithinMs)}`]
  return ['passed', course.observed]
}

/** The longest time without any effect that ended after the fault began. */
function longestSilence(times: readonly number[], from: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  const gaps = sorted.flatMap((at, index) => (at < from ? [] : [at - (sorted[index - 1] ?? at)]))
  return Math.round(gaps.reduce((most, gap) => Math.max(most, gap), 0))
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
