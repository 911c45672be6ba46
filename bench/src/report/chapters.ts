import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import type { Chapter, Verdict } from './chapter.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import { latencyChapter, latencyVerdicts } from './latency-chapter.ts'
import { writePathChapter, writePathVerdicts } from './write-path-chapter.ts'

type Made = { readonly chapter: Chapter; readonly verdicts: readonly Verdict[] }

/** What the report says of each section's result, by the section's name. */
export const chapters: Readonly<Record<string, (result: Result) => Made>> = {
  latency: result => {
    const own = result as Result<LatencyRow>
    return { chapter: latencyChapter(own), verdicts: latencyVerdicts(own) }
  },
  'write-path': result => {
    const own = result as Result<WritePathRow>
    return { chapter: writePathChapter(own), verdicts: writePathVerdicts(own) }
  }
}
