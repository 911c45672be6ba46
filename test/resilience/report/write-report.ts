import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../../scripts/pipeline/settings.ts'
import { faults } from '../faults/index.ts'
import { planned, remarks } from '../faults/planned.ts'
import { runsFile } from '../harness/keep-run.ts'
import { type NotedRun, renderReport } from './render-report.ts'

/** Writes docs/reliability.md from the runs noted so far and says from how many. */
export async function writeReport(): Promise<string> {
  const lines = (await readFile(runsFile, 'utf8')).split('\n').filter(Boolean)
  const runs = lines.map(line => JSON.parse(line) as NotedRun)
  await writeFile(join(root, 'docs/reliability.md'), renderReport(runs, { faults, planned, remarks }))
  return `docs/reliability.md is written from ${runs.length} runs.`
}
