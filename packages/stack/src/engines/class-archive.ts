import { createHash } from 'node:crypto'
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { engineCacheDir, removeAbandonedBuilds } from './cache.ts'
import { javaVersion } from './java.ts'

export type ArchivedJvm = {
  /** What runs, such as `kafka`: each kind loads other classes. */
  readonly kind: string
  /** Jars, and folders of jars written as `FOLDER/*`. */
  readonly classPath: readonly string[]
  /** The JVM has an agent that changes no classes: without being told, Java makes no archive beside one. */
  readonly hasAgent?: boolean
}

/** What a JVM needs to start from an archive of its classes, or to make one. */
export type ClassArchive = {
  readonly args: readonly string[]
  /** Whether the archive exists. Else the JVM makes it as it ends. */
  readonly exists: boolean
  /** To be called when the JVM has ended. */
  readonly afterEnd?: (how: string) => Promise<void>
}

/**
 * Loading classes is most of the CPU that an engine takes to start. The first JVM of a kind that ends in order leaves an
 * archive of its classes in the cache of engines, and the next ones start from it. The archive belongs to one Java and to
 * jars of one size and time. It is there whole or not at all. Without it, or when it's broken, a JVM starts as usual.
 */
export async function classArchive(jvm: ArchivedJvm, versionOf = javaVersion): Promise<ClassArchive> {
  const finished = join(engineCacheDir(), 'class-archives', `${jvm.kind}-${await keyOf(jvm, await versionOf())}`)
  const beside = jvm.hasAgent === true ? besideAgent : []
  // A cache that can't be written costs the archive, and not the start.
  await prepare(finished).catch(() => undefined)
  if (await isWhole(finished)) {
    return { exists: true, args: [...checked, ...beside, `-XX:SharedArchiveFile=${join(finished, fileName)}`] }
  }
  const building = `${finished}.building-${process.pid}-${buildings++}`
  return {
    exists: false,
    args: [...quiet, ...beside, `-XX:ArchiveClassesAtExit=${building}`],
    async afterEnd(how) {
      // Another ending may have cut the archive off.
      if (how === endedInOrder) await finish(building, finished).catch(() => undefined)
      await rm(building, { force: true }).catch(() => undefined)
    }
  }
}

const [fileName, sizeName] = ['classes.jsa', 'size']
const endedInOrder = `exit code ${128 + 15}` // after SIGTERM
let buildings = 0

// A Java that no longer knows one of these options starts all the same.
const unlocked = ['-XX:+IgnoreUnrecognizedVMOptions', '-XX:+UnlockDiagnosticVMOptions', '-Xshare:auto']
// Java compares checksums, refuses a damaged archive with a line in the log, and goes on. Unchecked, it would crash.
const checked = [...unlocked, '-XX:+VerifySharedSpaces']
// Java warns about each class that it can't archive.
const quiet = [...unlocked, '-Xlog:cds*=off']
const besideAgent = ['-XX:+AllowArchivingWithJavaAgent']

async function keyOf({ classPath }: ArchivedJvm, version: string): Promise<string> {
  const jars = await Promise.all(classPath.map(filesOf))
  const words = [withoutNotes(version), ...classPath, ...jars.flat()]
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 12)
}

/** Java says on every run which options it found in the environment. They change nothing about an archive. */
const withoutNotes = (version: string): string => version.replaceAll(/^.*Picked up .*\n/gm, '')

/** Each file with its size and time: Java refuses an archive when one of them has changed. */
async function filesOf(entry: string): Promise<readonly string[]> {
  const folder = dirname(entry)
  const names = entry.endsWith('/*') ? await readdir(folder).catch(() => []) : [basename(entry)]
  const files = names.map(async name => {
    const found = await stat(join(folder, name)).catch(() => undefined)
    return `${name} ${found?.size} ${found?.mtimeMs}`
  })
  return (await Promise.all(files)).toSorted((one, other) => one.localeCompare(other))
}

/** Java crashes on an archive that was cut off. */
async function isWhole(archive: string): Promise<boolean> {
  const size = await readFile(join(archive, sizeName), 'utf8').catch(() => undefined)
  const found = await stat(join(archive, fileName)).catch(() => undefined)
  return size !== undefined && size === String(found?.size)
}

async function prepare(finished: string): Promise<void> {
  await mkdir(dirname(finished), { recursive: true })
  await removeAbandonedBuilds(finished)
}

/** When two JVMs end at once, the second gives way. */
async function finish(building: string, finished: string): Promise<void> {
  if (await isWhole(finished)) return
  await flush(building)
  const whole = `${building}-whole`
  await mkdir(whole)
  try {
    await rename(building, join(whole, fileName))
    await writeFile(join(whole, sizeName), String((await stat(join(whole, fileName))).size), { flush: true })
    if (!(await isWhole(finished))) await rm(finished, { recursive: true, force: true })
    await rename(whole, finished)
  } finally {
    await rm(whole, { recursive: true, force: true })
  }
  await removeOlder(finished)
}

async function flush(path: string): Promise<void> {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Keeps the two youngest archives of a kind, for two clones of different versions. */
async function removeOlder(finished: string): Promise<void> {
  const kindOf = (name: string) => /^(.+)-[0-9a-f]{12}(\.jsa)?$/.exec(name)?.[1]
  const folder = dirname(finished)
  const same = (await readdir(folder)).filter(name => kindOf(name) === kindOf(basename(finished)))
  const made = await Promise.all(same.map(async name => ({ name, at: (await stat(join(folder, name))).mtimeMs })))
  const older = made.toSorted((one, other) => other.at - one.at).slice(2)
  for (const { name } of older) await rm(join(folder, name), { recursive: true, force: true })
}
