import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Result } from '../sections/section.ts'

/** Quick runs only prove that the bench works: their figures go to a folder outside the repository's files. */
function resultFile(section: string, quick: boolean): string {
  return join(root, quick ? '.data/bench-quick' : 'bench/results', `${section}.json`)
}

/** Saves a section's rows, one a line, over those of its last run. */
export async function saveResult({ rows, ...head }: Result): Promise<void> {
  const file = resultFile(head.section, head.plan.quick)
  await mkdir(join(file, '..'), { recursive: true })
  const lines = rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')
  const text = JSON.stringify({ ...head, rows: [] }, undefined, 2).replace('"rows": []', `"rows": [\n${lines}\n  ]`)
  await writeFile(file, `${text}\n`)
}

export async function readResult<Row>(section: string, quick: boolean): Promise<Result<Row> | undefined> {
  const file = resultFile(section, quick)
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Result<Row>) : undefined
}
