import type { ProfileRow } from '../sections/profile.ts'
import type { Result } from '../sections/section.ts'
import { type SettingRow, settings } from '../sections/settings.ts'
import type { StagesRow } from '../sections/stages.ts'
import type { Chapter } from './chapter.ts'
import { figure, spread, table } from './text.ts'

// The chapters that are one table and have no goals.

export function stagesChapter({ rows }: Result<StagesRow>): Chapter {
  const names = Object.keys(rows[0]?.stages ?? {})
  const lines = names.map(name => [
    name,
    ...rows.flatMap(({ stages }) => [figure(stages[name]?.p50 ?? Number.NaN), figure(stages[name]?.p99 ?? Number.NaN)])
  ])
  const head = ['stage (ms)', ...rows.flatMap(({ rate }) => [`p50 at ${figure(rate)}/s`, `p99 at ${figure(rate)}/s`])]
  const text = `A COMMIT is MySQL's own time stamp in the binlog, taken before the sync to disk. Debezium's time is the header \`captured_us\`. The
broker stamps a record when it appends it, in whole milliseconds. A second consumer, which runs for this section only, notes when the record
arrives. The time of the INSERT is in the delivery's row.

${table(head, lines)}`
  return { heading: 'Stage by stage', text }
}

const leastPercent = 1.5

export function profileChapter({ rows }: Result<ProfileRow>): Chapter {
  const most = (owner: string) => Math.max(...rows.map(({ shares }) => shares[owner] ?? 0))
  const owners = [...new Set(rows.flatMap(({ shares }) => Object.keys(shares)))]
    .filter(owner => most(owner) >= leastPercent)
    .toSorted((one, other) => most(other) - most(one))
  const lines = owners.map(owner => [owner, ...rows.map(({ shares }) => figure(shares[owner] ?? 0))])
  const text = `Percent of the time in which a process was busy, by package or folder (\`node --cpu-prof\`, self time). Shares below ${leastPercent} % in
all three columns are left out.

${table(['package or folder', ...rows.map(({ what }) => what)], lines)}`
  return { heading: 'Where the CPU of our services goes', text }
}

export function settingsChapter({ rows }: Result<SettingRow>): Chapter {
  const lines = settings.flatMap(({ name, title }) => {
    const own = rows.filter(({ setting }) => setting === name)
    if (own.length === 0) return []
    const of = (read: (row: SettingRow) => number | undefined) => spread(own.map(row => read(row) ?? Number.NaN))
    const cells = [
      of(({ delivery }) => delivery.p50),
      of(({ delivery }) => delivery.p99),
      of(({ cpuPerThousand }) => cpuPerThousand['connect-1']),
      of(({ cpuPerThousand }) => cpuPerThousand['kafka-1']),
      of(({ drainPerSecond }) => drainPerSecond)
    ]
    return [[`\`${name}\``, title, ...cells]]
  })
  const head = ['row', 'connector', 'p50 ms', 'p99 ms', 'Connect CPU ms/1,000', 'Kafka CPU ms/1,000', 'drains events/s']
  const text = `COMMIT to COMMIT at 1,000 orders/s, then a backlog from MySQL to Kafka alone.

${table(head, lines)}`
  return { heading: 'What each setting is worth', text }
}
