import type { Result } from '../sections/section.ts'
import type { Goal } from './goal.ts'
import { growthGoals } from './growth-chapter.ts'
import { latencyGoals } from './latency-goals.ts'
import { drainGoals, writePathGoals } from './pipeline-goals.ts'
import type { HealingRecord, StartRecord } from './records.ts'
import { sagaGoals } from './saga-chapter.ts'
import { healingGoals, startGoals } from './system-goals.ts'

/** All that the report is written from. Anything may be missing, and come from any day and machine. */
export type Measured = {
  readonly results: readonly Result[]
  readonly start: readonly StartRecord[]
  readonly healing: readonly HealingRecord[]
}

/** A section's file holds the rows that the section of the same name wrote. */
export function resultOf<Row>({ results }: Measured, section: string): Result<Row> | undefined {
  return results.find(result => result.section === section) as Result<Row> | undefined
}

export function allGoals(measured: Measured): readonly Goal[] {
  return [
    ...latencyGoals(resultOf(measured, 'latency')),
    ...writePathGoals(resultOf(measured, 'write-path')),
    ...drainGoals(resultOf(measured, 'drain')),
    ...healingGoals(measured.healing),
    ...startGoals(measured.start),
    ...growthGoals(resultOf(measured, 'growth')),
    ...sagaGoals(resultOf(measured, 'saga'))
  ]
}
