import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endLeftovers } from '@outbox-cdc/stack'

const parent = join(import.meta.dirname, '../../.data/test')

/**
 * Ends the engines of test runs that were broken off: they live in sessions of their own and outlive whoever started
 * them. Returns the folders of those runs, with their logs. A run beside this one is left alone.
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
