import type { Chart } from './charts.ts'

/** A part of the report, with the charts that its text refers to. */
export type Chapter = {
  readonly heading: string
  readonly text: string
  readonly charts?: Readonly<Record<string, Chart>>
}

export function picture(name: string, alt: string): string {
  return `![${alt}](performance/${name}.svg)`
}
