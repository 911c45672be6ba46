import { spreadOf } from '../stats.ts'

/** Three significant digits, with commas in thousands. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return Number(value.toPrecision(3)).toString()
}

/** The median of the rounds, with the lowest and the highest in brackets. */
export function spread(values: readonly number[]): string {
  const { median, least, most } = spreadOf(values)
  return values.length < 2 || least === most ? figure(median) : `${figure(median)} (${figure(least)}–${figure(most)})`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '-')), ...rows.map(line)].join('\n')
}
