import type { Result } from '../sections/section.ts'
import type { StagesRow } from '../sections/stages.ts'
import type { Chapter } from './chapter.ts'
import { figure, table } from './text.ts'

export function stagesChapter({ rows }: Result<StagesRow>): Chapter {
  const names = Object.keys(rows[0]?.stages ?? {})
  const lines = names.map(name => [
    name,
    ...rows.flatMap(({ stages }) => [figure(stages[name]?.p50 ?? Number.NaN), figure(stages[name]?.p99 ?? Number.NaN)])
  ])
  const head = ['stage (ms)', ...rows.flatMap(({ rate }) => [`p50 at ${figure(rate)}/s`, `p99 at ${figure(rate)}/s`])]
  const text = `COMMITs are MySQL's stamps in the binlog, taken before the sync to disk; the header captured_us says when Debezium had the event; the
broker stamps the record when it appends it, in whole milliseconds; a second consumer beside the delivery service notes when the record reached
it; the INSERT's time is the delivery row's own. That second consumer is there for this section only.

${table(head, lines)}`
  return { heading: 'Stage by stage', text, charts: {} }
}
