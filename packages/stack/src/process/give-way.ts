import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import pRetry from 'p-retry'

/** Others get about three times its share of a core that is busy; an idle core it has for itself. */
export const niceness = 5

/**
 * Lets other processes go first while the cores are busy. Linux shares them between sessions before it looks at the nice
 * value of a process, and each part is a session of its own, so the session gets the value too (sched(7), "The autogroup
 * feature"). Where the system knows nothing of it, or doesn't allow it, the part runs as all others do.
 */
export async function giveWay(pid: number): Promise<void> {
  try {
    setPriority(pid, niceness)
    // Linux takes one such change in 100 ms.
    await pRetry(() => writeFile(`/proc/${pid}/autogroup`, String(niceness), { flag: 'r+' }), {
      retries: 5,
      minTimeout: 120,
      factor: 1,
      randomize: true,
      shouldRetry: ({ error }) => 'code' in error && error.code === 'EAGAIN'
    })
  } catch {
    // It does its work all the same.
  }
}
