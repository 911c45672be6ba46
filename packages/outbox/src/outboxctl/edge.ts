import { jsonText } from '../json-text.ts'

/** What `outboxctl` uses of its process, so that its commands can be tested without one. */
export type Edge = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Prints the result to stdout. */
  readonly write: (text: string) => void
  /** Prints a remark to stderr. */
  readonly note: (text: string) => void
  /** Asks a person; false without a terminal. */
  readonly confirm: (question: string) => Promise<boolean>
}

/** Ends `outboxctl` with a sentence and an exit code: 1 for a finding, 2 if it could not run. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode = 2) {
    super(message)
    this.exitCode = exitCode
  }
}

export function writeJson(edge: Edge, value: unknown): void {
  edge.write(jsonText(value, 2))
}

/** `1 key`, `2 keys`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map(row => line(row).trimEnd()).join('\n')
}

/** An id in a table, where its key doesn't already show it as it is. */
export function idBeside(key: string | undefined, id: string | undefined): string {
  return id === undefined || (key !== undefined && key.endsWith(`/${id}`)) ? '' : jsonText(id)
}

/** A duration for people, such as `3 m`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} m`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`
}

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Reads a time, or how long ago. */
export function timeOf(text: string): Date {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (amount !== undefined && unit !== undefined)
    return new Date(Date.now() - Number(amount) * units[unit as keyof typeof units])
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new CommandError(`Not a time, and not a duration such as 30m or 7d: ${text}`)
  return time
}
