import type { HopState, hopIds } from './flow.ts'
import type { Names, Readings } from './readings.ts'

export type Problem = {
  readonly hop: (typeof hopIds)[number]
  readonly state: Exclude<HopState, 'ok'>
  /** What is wrong with the hop, in few words. */
  readonly words: string
  /** The sentence for the top of the page. */
  readonly text: string
  readonly advice?: string | undefined
  /** The screen where one goes on, where it is not that of the hop. */
  readonly see?: string | undefined
  readonly since?: number | undefined
}

/** Looks for one thing that may be wrong. */
export type Finder = (readings: Readings, names: Names) => Problem | undefined

/** Slower than this is worth a word. */
export const slowMs = 2_000
