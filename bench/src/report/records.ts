import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { describeHost, type Host } from '../lab/machine.ts'

/** What a command beside the bench measured of one thing. The report shows it with the bench's own results. */
type Head = { readonly of: string; readonly startedAt: string; readonly machine: Host }

/** How soon a system is up, and what it takes at rest. */
export type StartRecord = Head & {
  /** The first start, with new data. */
  readonly newDataSeconds: number
  /** Each start after it, with the data that were there. */
  readonly warmSeconds: readonly number[]
  /** Percent of one core over the time at rest, by process. */
  readonly cpuPercent: Readonly<Record<string, number>>
  readonly memoryMb: Readonly<Record<string, number>>
}

/** Runs of one fault; `of` is the case's name. */
export type HealingRecord = Head & {
  readonly runs: readonly { readonly healedMs: number; readonly lost: number; readonly passed: boolean }[]
}

type Records = { readonly start: StartRecord; readonly healing: HealingRecord }

/** Saves a record over the last one of the same thing on as many cores. */
export async function saveRecord<K extends keyof Records>(kind: K, own: Omit<Records[K], 'machine'>): Promise<string> {
  const machine = describeHost()
  const others = (await readRecords(kind)).filter(
    ({ of, machine: { cores } }) => of !== own.of || cores !== machine.cores
  )
  const file = join('bench/results', `${kind}.json`)
  await mkdir(join(root, 'bench/results'), { recursive: true })
  await writeFile(join(root, file), `${JSON.stringify([...others, { ...own, machine }], undefined, 2)}\n`)
  return file
}

export async function readRecords<K extends keyof Records>(kind: K): Promise<readonly Records[K][]> {
  const file = join(root, 'bench/results', `${kind}.json`)
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as readonly Records[K][]) : []
}
