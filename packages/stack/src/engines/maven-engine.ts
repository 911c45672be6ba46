import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

type MavenEngine = {
  /** A file in `engines`, in which versions stand; Maven checks each file's checksum. */
  readonly pom: string
  /** Readable beginning of the folder's name in the cache. */
  readonly name: string
  readonly step: string
}

export const enginesFolder = join(import.meta.dirname, '../../engines')

/** The folder of an engine that a pom.xml fetches into `${engine.dir}`; another pom.xml makes another folder. */
export async function fetchByMaven({ pom, name, step }: MavenEngine, progress: Progress): Promise<string> {
  const file = join(enginesFolder, pom)
  const versions = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 12)
  return cachedEngine(`${name}-${versions}`, building => progress(step, () => runMaven(file, building)))
}

async function runMaven(pom: string, building: string): Promise<void> {
  const args = ['-q', '-B', '-C', '-f', pom, 'generate-resources', `-Dengine.dir=${building}`]
  await runTool('mvn', args).catch(error => {
    const advice =
      'Install Maven 3.8 or newer (Debian, Ubuntu: apt-get install maven), or check the network, and start again.'
    throw new StackError('ENGINE_MISSING', `The Java engines could not be fetched. ${error.message} ${advice}`, {
      cause: error
    })
  })
}
