import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

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
  return files
    .map(file => readRecord(join(runDir, file)))
    .filter(record => record !== undefined && isSameProcess(record)) as ProcessRecord[]
}

/** Ends a recorded process, politely for `graceMs`, then by force. Never touches a process that took over its pid. */
export async function endProcess(record: ProcessRecord, graceMs: number): Promise<void> {
  for (const signal of ['SIGCONT', 'SIGTERM'] as const) signalIfSame(record, signal)
  for (const end = Date.now() + graceMs; Date.now() < end && isSameProcess(record); ) await sleep(50)
  signalIfSame(record, 'SIGKILL')
  for (const end = Date.now() + 10_000; Date.now() < end && isSameProcess(record); ) await sleep(20)
}

export function isSameProcess({ pid, startTime }: ProcessRecord): boolean {
  return startTimeOf(pid) === startTime
}

/** When a process began, in the system's own words; undefined when there is none (a zombie counts as none). */
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

function readRecord(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord
  } catch {
    return undefined // cut off by a crash while it was written: there is nothing to end
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
