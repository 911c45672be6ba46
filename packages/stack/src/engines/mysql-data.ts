import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { getuid } from 'node:process'
import { cachedEngine } from './cache.ts'
import type { MysqlEngine } from './mysql-engine.ts'
import { runTool } from './run-tool.ts'

/**
 * Makes the data folder of a new server. MySQL takes seconds for it, so the cache of engines keeps one of each version, and
 * this copies it without what each server makes for itself: its UUID and its keys.
 */
export async function makeMysqlData(engine: MysqlEngine, dir: string): Promise<void> {
  const version = await runTool(engine.command, [...engine.args, '--version'])
  const key = createHash('sha256').update(`${engine.command} ${version}`).digest('hex').slice(0, 12)
  const made = await cachedEngine(`mysql-data-${key}`, async building => {
    await runTool(engine.command, [
      ...engine.args,
      ...asRoot(),
      '--initialize-insecure',
      `--datadir=${join(building, 'data')}`
    ])
  })
  const isShared = (path: string) => basename(path) !== 'auto.cnf' && !path.endsWith('.pem')
  await cp(join(made, 'data'), dir, { recursive: true, mode: constants.COPYFILE_FICLONE, filter: isShared })
}

/** As root, as is common in containers and CI, mysqld only runs when it is asked to. */
export function asRoot(): readonly string[] {
  return getuid?.() === 0 ? ['--user=root'] : []
}
