import type { CostRow } from '../sections/cost.ts'
import type { Result } from '../sections/section.ts'
import { variants } from '../variants/variants.ts'
import type { Chapter } from './chapter.ts'
import { figure, table } from './text.ts'

const titles = new Map([
  ...variants.map(({ name, title }) => [name, title] as const),
  ['poll-5', 'this project, max.batch.size 2048, poll.interval.ms 5'],
  ['no-schema', 'this project, JSON without schema']
])
const titleOf = (name: string): string => titles.get(name) ?? name

export function costChapter({ rows }: Result<CostRow>): Chapter {
  const bytes = rows.flatMap(row =>
    row.kind === 'bytes' ? [[titleOf(row.variant), figure(row.binlog), figure(row.kafka), figure(row.tables)]] : []
  )
  const idle = rows.filter(row => row.kind === 'idle')
  const processes = [...new Set(idle.flatMap(({ memoryMb }) => Object.keys(memoryMb)))]
  const lines = idle.map(({ variant, cpuPercent, memoryMb }) => [
    titleOf(variant),
    ...processes.map(name => (name in memoryMb ? `${figure(cpuPercent[name] ?? 0)} % · ${memoryMb[name]} MB` : ''))
  ])
  const text = `Bytes of one order. The binlog does not count the rows of its delivery.

${table(['what', 'binlog', 'Kafka log', 'rows that stay'], bytes)}

Without load, a few seconds after the last order: percent of one core, and resident memory.

${table(['what', ...processes], lines)}`
  return { heading: 'What it costs', text }
}
