import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from '../errors.ts'

/** A process that we started. The start time tells it from a later process that was given the same pid. */
export type ProcessRecord = { readonly name: string; readonly pid: number; readonly startTime: string }

export function recordProcess(runDir: string, name: string, pid: number): void {
  const startTime = startTimeOf(pid)
  if (startTime === undefined) return
  mkdirSync(runDir, { recursive: true })
  writeFileSync(join(runDir, `${name}.json`), JSON.stringify({ name, pid, startTime }))
}

export function forgetProcess(runDir: string, name: string): void {
  rmSync(join(runDir, `${name}.json`), { force: true })
}

/** The recorded processes of a folder that still run: same pid and same start time. */
export async function livingProcesses(runDir: string): Promise<readonly ProcessRecord[]> {
  const files = (await readdir(runDir).catch(() => [])).filter(file => file.endsWith('.json'))
  // A crash can cut a record off while it is written: then there is nothing to end.
  const read = async (file: string) => JSON.parse(await readFile(join(runDir, file), 'utf8')) as ProcessRecord
  const records = await Promise.all(files.map(file => read(file).catch(() => undefined)))
  return records.filter(record => record !== undefined).filter(isSameProcess)
}

/** Ends a recorded process: SIGTERM, and SIGKILL after `graceMs`. Never touches a process that took over its pid. */
export async function endProcess(record: ProcessRecord, graceMs: number): Promise<void> {
  for (const signal of ['SIGCONT', 'SIGTERM'] as const) signalIfSame(record, signal)
  for (const end = Date.now() + graceMs; Date.now() < end && isSameProcess(record); ) await sleep(50)
  signalIfSame(record, 'SIGKILL')
  for (const end = Date.now() + 10_000; Date.now() < end && isSameProcess(record); ) await sleep(20)
}

/** Ends recorded processes, Kafka's controller last: without it, a broker doesn't end in order. */
export async function endProcesses(records: readonly ProcessRecord[], graceMs: number): Promise<void> {
  const isController = ({ name }: ProcessRecord) => name === 'controller'
  await Promise.all(records.filter(record => !isController(record)).map(record => endProcess(record, graceMs)))
  await Promise.all(records.filter(isController).map(record => endProcess(record, graceMs)))
}

function isSameProcess({ pid, startTime }: ProcessRecord): boolean {
  return startTimeOf(pid) === startTime
}

/** When a process started, as the system writes it; undefined when there is none. A zombie counts as none. */
export function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
    // Field 22 of /proc/PID/stat, counted after the command name, which may itself hold blanks and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function signalIfSame(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (!isSameProcess(record)) return
  try {
    process.kill(record.pid, signal)
  } catch {
    // it ended between the look and the signal
  }
}

/**
 * Makes this process the only one that runs a stack in a folder, and ends what a killed one left there: only processes
 * whose recorded pid and start time both still match. Call the result to give the folder back.
 */
export async function ownFolder(runDir: string): Promise<() => void> {
  const living = await livingProcesses(runDir)
  const starter = living.find(({ name }) => name === 'starter')
  if (starter !== undefined && starter.pid !== process.pid) {
    throw new StackError(
      'ALREADY_RUNNING',
      `It is already up here, started by process ${starter.pid}. See it: npm run status. Stop it: Ctrl-C there, or kill ${starter.pid}.`
    )
  }
  recordProcess(runDir, 'starter', process.pid)
  await endAll(
    runDir,
    living.filter(({ name }) => name !== 'starter')
  )
  return () => forgetProcess(runDir, 'starter')
}

/** Ends what a killed starter left running in a folder. False while that starter still runs. */
export async function endLeftovers(runDir: string): Promise<boolean> {
  const living = await livingProcesses(runDir)
  if (living.some(({ name }) => name === 'starter')) return false
  await endAll(runDir, living)
  return true
}

async function endAll(runDir: string, leftovers: readonly ProcessRecord[]): Promise<void> {
  await endProcesses(leftovers, 15_000)
  for (const { name } of leftovers) forgetProcess(runDir, name)
}
