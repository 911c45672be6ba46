import { cp, mkdir, appendFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'
import type { Grown } from '../soak/samples.ts'
import type { Result, Run } from './run-fault.ts'

export const runsFile = join(root, '.data/resilience/runs.jsonl')

export type RecordedRun = Run & { readonly quick: boolean; readonly versions: Versions }

/** Records a run as soon as it is over, whatever its outcome: the report hides none. */
export async function recordRun(run: RecordedRun): Promise<void> {
  await mkdir(join(root, '.data/resilience'), { recursive: true })
  const busy = Math.round((100 * (loadavg()[0] ?? 0)) / availableParallelism()) / 100
  await appendFile(runsFile, `${JSON.stringify({ ...run, busy })}\n`)
}

export const soaksFile = join(root, '.data/resilience/soaks.jsonl')

export type Soak = {
  readonly at: string
  readonly minutes: number
  /** Orders a second that it accepts at most, and that it was given. */
  readonly most: number
  readonly perSecond: number
  readonly events: number
  readonly findings: number
  readonly refused: number
  readonly grown: readonly Grown[]
  readonly versions: Versions
}

export async function recordSoak(soak: Soak): Promise<void> {
  await mkdir(join(root, '.data/resilience'), { recursive: true })
  await appendFile(soaksFile, `${JSON.stringify(soak)}\n`)
}

/** Keeps everything that helps to find the cause in one folder: seed, findings, evidence and logs. */
export async function keepFailure(lab: Lab, result: Partial<Result> & { readonly tag: string }): Promise<string> {
  const folder = join(root, '.data/resilience/failed', result.tag)
  await mkdir(folder, { recursive: true })
  const { dir } = lab.pipeline.settings
  const { evidence, ...verdict } = result
  const write = (name: string, content: unknown) => writeFile(join(folder, name), asText(content))
  await write('verdict.json', verdict)
  await write('client.json', evidence?.client ?? lab.history)
  await write('committed-in-mysql.json', evidence?.committed ?? 'not read')
  await write('records-in-kafka.json', evidence?.records ?? 'not read')
  await write('effects.json', evidence?.effects ?? 'not read')
  await writeFile(join(folder, 'pipeline.log'), lab.pipeline.logs.join('\n'))
  await cp(join(dir, 'logs'), join(folder, 'logs'), { recursive: true }).catch(() => undefined)
  return folder
}

/** The evidence of a soak may exceed the longest possible string. */
function asText(content: unknown): string {
  try {
    return JSON.stringify(content, undefined, 1) ?? ''
  } catch (error) {
    return String(error)
  }
}

export type Versions = Readonly<Record<'mysql' | 'kafka' | 'debezium' | 'node', string>> & {
  /** Where it is the writer. */
  readonly postgres?: string
}

/** As the parts themselves report it. */
export async function readVersions({ db, source, pipeline }: Lab): Promise<Versions> {
  const url = pipeline.stack.connect.urls[0] ?? ''
  const [rows] = (await db.raw('SELECT VERSION() AS version')) as [{ version: string }[]]
  const worker = (await (await fetch(url)).json()) as { version: string }
  const plugins = (await (await fetch(`${url}/connector-plugins`)).json()) as { class: string; version: string }[]
  const debezium = plugins.find(plugin => plugin.class.endsWith('MySqlConnector'))
  const asked = source === db ? undefined : await source.raw('SHOW server_version')
  return {
    mysql: rows[0]?.version ?? '?',
    ...(asked === undefined ? {} : { postgres: String(asked.rows[0].server_version) }),
    kafka: worker.version,
    debezium: debezium?.version ?? '?',
    node: process.version
  }
}
