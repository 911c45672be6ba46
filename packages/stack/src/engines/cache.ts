import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { env } from 'node:process'
import { StackError } from '../errors.ts'
import { startTimeOf } from '../process/process-record.ts'

/** Runs one named step of a longer work; the caller decides how the step and its time are shown. */
export type Progress = <T>(step: string, work: () => Promise<T>) => Promise<T>

/** The user's cache of engines, shared by all clones: `$OUTBOX_CDC_CACHE`, else the XDG cache folder. */
export function engineCacheDir(): string {
  return env.OUTBOX_CDC_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'outbox-cdc')
}

/**
 * The folder of one engine, filled by `fetch` the first time. It is there whole or not at all: `fetch` fills a folder
 * beside it that is renamed at the end. Two clones that fetch at once both succeed; the second rename gives way.
 */
export async function cachedEngine(key: string, fetch: (dir: string) => Promise<void>): Promise<string> {
  const finished = join(engineCacheDir(), key)
  if (existsSync(finished)) return finished
  const building = `${finished}.building-${process.pid}`
  await removeAbandonedBuilds(finished)
  await mkdir(building, { recursive: true })
  try {
    await fetch(building)
    await rename(building, finished)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    if (!existsSync(finished)) throw error
  }
  return finished
}

/** What processes that have ended were building when they ended. */
export async function removeAbandonedBuilds(finished: string): Promise<void> {
  const siblings = await readdir(dirname(finished)).catch(() => [])
  for (const name of siblings) {
    const [key, pid] = name.split('.building-')
    if (key !== basename(finished) || pid === undefined || startTimeOf(Number.parseInt(pid)) !== undefined) continue
    await rm(join(dirname(finished), name), { recursive: true, force: true })
  }
}

const neededBytes = 3 * 1024 ** 3

/** Throws when the disk of the cache or of `dataDir` is too full for the engines. */
export async function requireFreeDisk(dataDir: string): Promise<void> {
  for (const dir of [dataDir, engineCacheDir()]) {
    await mkdir(dir, { recursive: true })
    const { bavail, bsize } = await statfs(dir)
    const free = bavail * bsize
    const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
    if (free >= neededBytes) continue
    throw new StackError(
      'REQUIREMENT_MISSING',
      `${gib(neededBytes)} GiB of free disk are needed in ${dir}; there are ${gib(free)}. Free some space there.`
    )
  }
}
