import type { Result } from '../sections/section.ts'
import { type SettingRow, settings } from '../sections/settings.ts'
import type { Chapter } from './chapter.ts'
import { spread, table } from './text.ts'

export function settingsChapter({ rows }: Result<SettingRow>): Chapter {
  const lines = settings.flatMap(({ name, title }) => {
    const own = rows.filter(({ setting }) => setting === name)
    if (own.length === 0) return []
    return [
      [
        `\`${name}\``,
        title,
        spread(own.map(({ delivery }) => delivery.p50)),
        spread(own.map(({ delivery }) => delivery.p99)),
        spread(own.map(({ cpuPerThousand }) => cpuPerThousand['connect-1'] ?? Number.NaN)),
        spread(own.map(({ cpuPerThousand }) => cpuPerThousand['kafka-1'] ?? Number.NaN)),
        spread(own.map(({ drainPerSecond }) => drainPerSecond))
      ]
    ]
  })
  const head = ['row', 'connector', 'p50 ms', 'p99 ms', 'Connect CPU ms/1,000', 'Kafka CPU ms/1,000', 'drains events/s']
  const text = `At 1,000 orders/s, COMMIT to COMMIT; then a backlog from MySQL to Kafka alone.

${table(head, lines)}`
  return { heading: 'What each setting is worth', text, charts: {} }
}
