import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Result } from '../sections/section.ts'

/** Quick runs prove the tool; their figures are not kept. */
export function resultsDir(quick: boolean): string {
  return join(root, quick ? '.data/bench-quick' : 'bench/results')
}

/** Saves a section's rows; those of a run before that was as thorough are kept beside them, in `before`. */
export async function saveResult(result: Result): Promise<void> {
  const dir = resultsDir(result.plan.quick)
  await mkdir(join(dir, 'before'), { recursive: true })
  const last = await readResult(result.section, result.plan.quick)
  if (last?.plan.rounds === result.plan.rounds)
    await rename(join(dir, `${result.section}.json`), join(dir, 'before', `${result.section}.json`))
  const rows = result.rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')
  const { rows: _, ...head } = result
  const text = JSON.stringify({ ...head, rows: [] }, undefined, 2).replace('"rows": []', `"rows": [\n${rows}\n  ]`)
  await writeFile(join(dir, `${result.section}.json`), `${text}\n`)
}

export async function readResult<Row>(section: string, quick: boolean): Promise<Result<Row> | undefined> {
  return readRows(join(resultsDir(quick), `${section}.json`))
}

/** What the run before measured; undefined when there was none. */
export async function readBefore(section: string, quick: boolean): Promise<Result | undefined> {
  return readRows(join(resultsDir(quick), 'before', `${section}.json`))
}

async function readRows<Row>(file: string): Promise<Result<Row> | undefined> {
  if (!existsSync(file)) return undefined
  return JSON.parse(await readFile(file, 'utf8')) as Result<Row>
}
