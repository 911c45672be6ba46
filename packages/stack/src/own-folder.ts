import { StackError } from './errors.ts'
import {
  endProcess,
  forgetProcess,
  livingProcesses,
  type ProcessRecord,
  recordProcess
} from './process/process-record.ts'

/**
 * Makes this process the only one that runs a stack in a folder, and ends what a killed one left there: only processes
 * whose recorded pid and start time both still match. Returns what gives the folder back.
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

/** Ends what a killed starter left running in a folder. Tells whether it is free: not while its starter lives. */
export async function endLeftovers(runDir: string): Promise<boolean> {
  const living = await livingProcesses(runDir)
  if (living.some(({ name }) => name === 'starter')) return false
  await endAll(runDir, living)
  return true
}

async function endAll(runDir: string, leftovers: readonly ProcessRecord[]): Promise<void> {
  await Promise.all(leftovers.map(record => endProcess(record, 15_000)))
  for (const { name } of leftovers) forgetProcess(runDir, name)
}
