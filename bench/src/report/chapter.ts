import type { Chart } from './charts.ts'

/** A part of the report, with the charts that its text refers to. */
export type Chapter = {
  readonly heading: string
  readonly text: string
  readonly charts?: Readonly<Record<string, Chart>>
  readonly goals?: readonly Goal[]
}

export type Goal = {
  readonly goal: string
  readonly wanted: string
  readonly measured: string
  readonly held: boolean
}

export function picture(name: string, alt: string): string {
  return `![${alt}](performance/${name}.svg)`
}
