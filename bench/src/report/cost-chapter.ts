import type { CostRow } from '../sections/cost.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { variants } from '../variants/variants.ts'
import type { Chapter, Verdict } from './chapter.ts'
import { verdict } from './chapter.ts'
import { figure, table } from './text.ts'

const titles = new Map([
  ...variants.map(({ name, title }) => [name, title] as const),
  ['poll-5', 'max.batch.size 2048, poll.interval.ms 5'],
  ['no-schema', 'this project, JSON without schema']
])
const titleOf = (name: string): string => titles.get(name) ?? name

export function costChapter({ rows }: Result<CostRow>): Chapter {
  const bytes = rows.flatMap(row =>
    row.kind === 'bytes' ? [[titleOf(row.variant), figure(row.binlog), figure(row.kafka), figure(row.tables)]] : []
  )
  const idle = rows.flatMap(row => (row.kind === 'idle' ? [row] : []))
  const processes = [...new Set(idle.flatMap(({ memoryMb }) => Object.keys(memoryMb)))]
  const lines = idle.map(({ variant, cpuPercent, memoryMb }) => [
    titleOf(variant),
    ...processes.map(name => (name in memoryMb ? `${figure(cpuPercent[name] ?? 0)} % · ${memoryMb[name]} MB` : ''))
  ])
  const text = `Bytes an order, without its delivery's own rows in the binlog:

${table(['what', 'binlog', 'Kafka log', 'rows that stay'], bytes)}

At rest, a moment after the last order: percent of one core, and resident memory.

${table(['what', ...processes], lines)}`
  return { heading: 'What it costs', text, charts: {} }
}

export function costVerdicts({ rows }: Result<CostRow>): readonly Verdict[] {
  const own = rows.flatMap(row => (row.kind === 'idle' && row.variant === 'project' ? [row] : []))
  const idle = own[0]?.cpuPercent['connect-1'] ?? Number.NaN
  return [
    verdict("Connect's CPU at rest", { wanted: '≤ 2 % of a core', measured: `${figure(idle)} %`, held: idle <= 2 })
  ]
}

/** CPU milliseconds for 1,000 orders at 1,000 orders/s: a table that the latency section's rounds give for nothing. */
export function cpuTable(rows: readonly LatencyRow[]): string {
  const at = rows.filter(({ rate }) => rate === 1000)
  const processes = [...new Set(at.flatMap(({ cpuPerThousand }) => Object.keys(cpuPerThousand)))]
  const lines = variants.flatMap(({ name, title }) => {
    const last = at.findLast(({ variant }) => variant === name)
    if (last === undefined) return []
    const figures = processes.map(process => last.cpuPerThousand[process])
    const sum = figures.reduce<number>((total, each) => total + (each ?? 0), 0)
    return [[title, ...figures.map(each => (each === undefined ? '' : figure(each))), figure(sum)]]
  })
  return `CPU milliseconds for 1,000 orders at 1,000 orders/s, in the last round:

${table(['what', ...processes, 'together'], lines)}`
}
