import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { faults } from '../faults/index.ts'
import { elsewhere, found } from './known-limits.ts'
import { type Soak, runsFile, soaksFile } from '../harness/record-run.ts'
import { type RecordedRun, renderReport } from './render-report.ts'

/** Writes docs/reliability.md from the recorded runs and returns a line with their number. */
export async function writeReport(): Promise<string> {
  const runs = await readLines<RecordedRun>(runsFile)
  const soaks = await readLines<Soak>(soaksFile)
  await writeFile(join(root, 'docs/reliability.md'), renderReport(runs, { faults, elsewhere, found, soaks }))
  return `docs/reliability.md is written from ${runs.length} runs.`
}

async function readLines<T>(file: string): Promise<readonly T[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as T)
}
