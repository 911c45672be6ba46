import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../../scripts/pipeline/settings.ts'
import type { Result } from '../sections/section.ts'

/** Quick runs prove the tool; their figures are not kept. */
export function resultsDir(quick: boolean): string {
  return join(root, quick ? '.data/bench-quick' : 'bench/results')
}

export async function saveResult(result: Result): Promise<void> {
  const dir = resultsDir(result.plan.quick)
  await mkdir(dir, { recursive: true })
  const rows = result.rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')
  const { rows: _, ...head } = result
  const text = JSON.stringify({ ...head, rows: [] }, undefined, 2).replace('"rows": []', `"rows": [\n${rows}\n  ]`)
  await writeFile(join(dir, `${result.section}.json`), `${text}\n`)
}

export async function readResult<Row>(section: string, quick: boolean): Promise<Result<Row> | undefined> {
  const file = join(resultsDir(quick), `${section}.json`)
  if (!existsSync(file)) return undefined
  return JSON.parse(await readFile(file, 'utf8')) as Result<Row>
}
