import type { Result } from '../sections/section.ts'
import type { Chapter } from './chapter.ts'
import { costChapter } from './cost-chapter.ts'
import { drainChapter } from './drain-chapter.ts'
import { growthChapter } from './growth-chapter.ts'
import { latencyChapter } from './latency-chapter.ts'
import { profileChapter, settingsChapter, stagesChapter } from './plain-chapters.ts'
import { sagaChapter } from './saga-chapter.ts'
import { shapesChapter } from './shapes-chapter.ts'
import { writePathChapter } from './write-path-chapter.ts'
import { writersChapter } from './writers-chapter.ts'

const chapters = {
  latency: latencyChapter,
  stages: stagesChapter,
  'write-path': writePathChapter,
  writers: writersChapter,
  drain: drainChapter,
  profile: profileChapter,
  cost: costChapter,
  settings: settingsChapter,
  shapes: shapesChapter,
  growth: growthChapter,
  saga: sagaChapter
}

/** The chapter about one section's result. */
export function chapterOf(result: Result): Chapter {
  // A section's file holds the rows that the section of the same name wrote.
  return chapters[result.section as keyof typeof chapters](result as Result<never>)
}
