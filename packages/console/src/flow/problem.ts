import type { HopId, HopState } from '../api/pipeline-schemas.ts'
import type { Names, Readings } from './readings.ts'

export type Problem = {
  readonly hop: HopId
  readonly state: Exclude<HopState, 'ok'>
  /** What is wrong with the hop, in few words. */
  readonly words: string
  /** The sentence for the top of the page. */
  readonly text: string
  readonly advice?: string | undefined
  /** The screen with more about it, where it is not that of the hop. */
  readonly see?: string | undefined
  readonly since?: number | undefined
}

/** Looks for one thing that may be wrong. */
export type Finder = (readings: Readings, names: Names) => Problem | undefined

/** A wrong setting is no diagnosis of the pipeline. */
export function settingsProblem(hop: HopId, reason: string): Problem {
  const text = `Configuration error: ${reason}.`
  return { hop, state: 'unknown', words: `configuration error: ${reason}`, text }
}
