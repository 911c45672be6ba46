import type { CostRow } from '../sections/cost.ts'
import type { DrainRow } from '../sections/drain.ts'
import type { GrowthRow } from '../sections/growth.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { ProfileRow } from '../sections/profile.ts'
import type { Result } from '../sections/section.ts'
import type { SettingRow } from '../sections/settings.ts'
import type { ShapeRow } from '../sections/shapes.ts'
import type { StagesRow } from '../sections/stages.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import type { Chapter, Verdict } from './chapter.ts'
import { costChapter, costVerdicts } from './cost-chapter.ts'
import { drainChapter, drainVerdicts } from './drain-chapter.ts'
import { growthChapter, growthVerdicts } from './growth-chapter.ts'
import { latencyChapter, latencyVerdicts } from './latency-chapter.ts'
import { profileChapter } from './profile-chapter.ts'
import { settingsChapter } from './settings-chapter.ts'
import { shapesChapter } from './shapes-chapter.ts'
import { stagesChapter } from './stages-chapter.ts'
import { writePathChapter, writePathVerdicts } from './write-path-chapter.ts'

type Made = { readonly chapter: Chapter; readonly verdicts: readonly Verdict[] }

function chapterOf<Row>(
  make: (result: Result<Row>) => Chapter,
  judge: (result: Result<Row>) => readonly Verdict[] = () => []
): (result: Result) => Made {
  // A section's file holds the rows that the section of the same name wrote.
  return result => ({ chapter: make(result as Result<Row>), verdicts: judge(result as Result<Row>) })
}

/** What the report says of each section's result, by the section's name. */
export const chapters: Readonly<Record<string, (result: Result) => Made>> = {
  latency: chapterOf<LatencyRow>(latencyChapter, latencyVerdicts),
  stages: chapterOf<StagesRow>(stagesChapter),
  'write-path': chapterOf<WritePathRow>(writePathChapter, writePathVerdicts),
  drain: chapterOf<DrainRow>(drainChapter, drainVerdicts),
  profile: chapterOf<ProfileRow>(profileChapter),
  cost: chapterOf<CostRow>(costChapter, costVerdicts),
  settings: chapterOf<SettingRow>(settingsChapter),
  shapes: chapterOf<ShapeRow>(shapesChapter),
  growth: chapterOf<GrowthRow>(growthChapter, growthVerdicts)
}
