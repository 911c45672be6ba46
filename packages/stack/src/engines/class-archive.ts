import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { engineCacheDir, removeAbandonedBuilds } from './cache.ts'
import { javaVersion } from './java.ts'

/** What a JVM needs to start from an archive of its classes, or to make one. */
export type ClassArchive = {
  readonly args: readonly string[]
  /** To be called when the JVM has ended. */
  readonly afterEnd?: (how: string) => void
}

/**
 * Loading classes is most of the CPU that Kafka and Connect take to start. The first JVM of a kind that ends in order leaves
 * an archive of its classes in the cache of engines, and the next ones start from it. It belongs to one Java and one class
 * path; a JVM that it doesn't fit ignores it.
 */
export async function classArchive(kind: string, classPath: string): Promise<ClassArchive> {
  const key = createHash('sha256')
    .update(`${await javaVersion()}${classPath}`)
    .digest('hex')
    .slice(0, 12)
  const archive = join(engineCacheDir(), 'class-archives', `${kind}-${key}.jsa`)
  if (existsSync(archive)) return { args: [...always, `-XX:SharedArchiveFile=${archive}`] }
  const building = `${archive}.building-${process.pid}-${buildings++}`
  await removeAbandonedBuilds(archive)
  mkdirSync(dirname(archive), { recursive: true })
  return {
    args: [...always, `-XX:ArchiveClassesAtExit=${building}`],
    afterEnd(how) {
      // Another ending may have cut the archive off.
      if (how === endedInOrder && existsSync(building)) renameSync(building, archive)
      else rmSync(building, { force: true })
    }
  }
}

// The JMX exporter is an agent, beside which Java makes no archive unless it's told that the agent changes no classes.
const always = ['-XX:+UnlockDiagnosticVMOptions', '-XX:+AllowArchivingWithJavaAgent', '-Xshare:auto', '-Xlog:cds*=off']

let buildings = 0
const endedInOrder = `exit code ${128 + 15}` // after SIGTERM
