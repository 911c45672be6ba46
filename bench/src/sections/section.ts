import type { Bench } from '../variants/run-variant.ts'
import type { Machine } from '../lab/machine.ts'

/** How much is measured. */
export type Plan = {
  readonly quick: boolean
  readonly rounds: number
  /** Only these variants in the latency section; all when left out. */
  readonly variants?: readonly string[]
  /** The length of one round of the latency section; a usual one when left out. */
  readonly seconds?: number
  /** The rates of the latency section, in order; usual ones for the machine's cores when left out. */
  readonly rates?: readonly number[]
}

export type Context = Bench & {
  readonly plan: Plan
  /** Prints a line about the progress. */
  readonly say: (line: string) => void
}

export type Section<Row = unknown> = {
  readonly name: string
  readonly title: string
  /** What the plan says beside the title. */
  readonly details?: (plan: Plan) => string
  /** Roughly how many seconds it takes. */
  readonly estimate: (plan: Plan) => number
  readonly run: (context: Context) => Promise<readonly Row[]>
}

/** The content of a section's file in bench/results. */
export type Result<Row = unknown> = {
  readonly section: string
  readonly startedAt: string
  readonly tookSeconds: number
  readonly plan: Plan
  readonly machine: Machine
  readonly rows: readonly Row[]
}

/** Several rounds of all things. Every second round is backwards, so that none always comes first. */
export function inRounds<T>(
  things: readonly T[],
  rounds: number
): readonly { readonly thing: T; readonly round: number }[] {
  return Array.from({ length: rounds }, (_, round) =>
    (round % 2 === 0 ? things : things.toReversed()).map(thing => ({ thing, round: round + 1 }))
  ).flat()
}
