import type { FormatRow } from '../sections/formats.ts'
import type { Result } from '../sections/section.ts'
import type { LoadRow, ShapeRow } from '../sections/shapes.ts'
import type { Chapter } from './chapter.ts'
import { cpuText } from './drain-chapter.ts'
import { figure, spread, table } from './text.ts'

export function shapesChapter({ rows }: Result<ShapeRow>): Chapter {
  const formats = rows.filter(row => 'format' in row)
  const loads = rows.filter(row => 'shape' in row)
  const text = `COMMIT to COMMIT in each format of events. \`docs/schemas.md\` says which one to choose.

${formatTable(formats)}

Each further connector reads the whole binlog for a table of its own.

${loadTable(loads)}`
  return { heading: 'Payloads, formats, many connectors', text }
}

function formatTable(rows: readonly FormatRow[]): string {
  const processes = [...new Set(rows.flatMap(({ cpuPerThousand }) => Object.keys(cpuPerThousand)))]
  const lines = [...Map.groupBy(rows, ({ format }) => format)].map(([format, own]) => [
    format,
    spread(own.map(({ rate }) => rate)),
    spread(own.map(({ kafkaBytes }) => kafkaBytes)),
    spread(own.map(({ delivery }) => delivery.p50)),
    spread(own.map(({ delivery }) => delivery.p99)),
    ...processes.map(name => spread(own.map(({ cpuPerThousand }) => cpuPerThousand[name] ?? Number.NaN)))
  ])
  const cpu = processes.map(name => `${name} CPU ms/1,000`)
  return table(['format', 'orders/s', "bytes an event in Kafka's log", 'p50 ms', 'p99 ms', ...cpu], lines)
}

function loadTable(rows: readonly LoadRow[]): string {
  const lines = rows.map(({ shape, rate, delivery, cpu }) => [
    shape,
    figure(rate),
    figure(delivery.p50),
    figure(delivery.p99),
    figure(delivery.max),
    cpuText(cpu)
  ])
  return table(['what', 'orders/s', 'p50 ms', 'p99 ms', 'max ms', 'CPU ms a second'], lines)
}
