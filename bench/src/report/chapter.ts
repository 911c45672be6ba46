import type { Result } from '../sections/section.ts'

/** A part of the report: its text, and the pictures that the text refers to. */
export type Chapter = {
  readonly heading: string
  readonly text: string
  readonly charts: Readonly<Record<string, string>>
}

/** What one run was to show, and whether it did. */
export type Verdict = {
  readonly goal: string
  readonly wanted: string
  readonly measured: string
  readonly held: boolean
}

export type Reader = <Row>(section: string) => Result<Row> | undefined

export function picture(name: string, alt: string): string {
  return `![${alt}](performance/${name}.svg)`
}

export function verdict(goal: string, { wanted, measured, held }: Omit<Verdict, 'goal'>): Verdict {
  return { goal, wanted, measured, held }
}
