import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import pRetry from 'p-retry'

type Place = {
  /** It handles what happened before, as Kafka, Connect and the tools do: services and databases go before it. */
  readonly follows?: boolean
  /** Another service of the system goes before everything else. */
  readonly isBehind?: boolean
}

/**
 * A nice value, 0 to 15. While the cores are busy, a part gets about a third of the share of one whose value is five less; an
 * idle core it has for itself.
 */
export const niceValue = ({ follows = false, isBehind = false }: Place): number =>
  (follows ? 5 : 0) + (isBehind ? 10 : 0)

/**
 * Lets other processes go first while the cores are busy. Linux shares them between sessions before it looks at the nice
 * value of a process, and each part is a session of its own, so the session gets the value too (sched(7), "The autogroup
 * feature"). Where the system knows nothing of it, or doesn't allow it, the part runs as all others do.
 */
export async function giveWay(pid: number, nice: number): Promise<void> {
  try {
    setPriority(pid, nice)
    // Linux takes one such change in 100 ms.
    await pRetry(() => writeFile(`/proc/${pid}/autogroup`, String(nice), { flag: 'r+' }), {
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
