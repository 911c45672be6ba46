import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endLeftovers } from '@outbox-cdc/stack'

const parent = join(import.meta.dirname, '../../.data/test')

/**
 * Ends the engines of interrupted test runs: they run in their own sessions and survive the process that started them.
 * Returns the folders of those runs, with their logs. Leaves other running tests alone.
 */
export async function endBrokenRuns(): Promise<readonly string[]> {
  const broken: string[] = []
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid] = /-(\d+)(?:-\d+)?$/.exec(name) ?? []
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    if (await endLeftovers(join(parent, name, 'run'))) broken.push(join(parent, name))
  }
  return broken
}
