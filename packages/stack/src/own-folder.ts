import { StackError } from './errors.ts'
import { endProcess, forgetProcess, livingProcesses, recordProcess } from './process/process-record.ts'

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
  const leftovers = living.filter(({ name }) => name !== 'starter')
  await Promise.all(leftovers.map(record => endProcess(record, 15_000)))
  for (const { name } of leftovers) forgetProcess(runDir, name)
  return () => forgetProcess(runDir, 'starter')
}
