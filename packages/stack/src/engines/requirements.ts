import { mkdir, statfs } from 'node:fs/promises'
import { StackError } from '../errors.ts'
import { engineCacheDir } from './cache.ts'
import { runTool } from './run-tool.ts'

const oldestJava = 17
const neededBytes = 3 * 1024 ** 3

/** Refuses with one sentence when Java is missing or too old, or when the disk is too full for the engines. */
export async function checkRequirements(dataDir: string): Promise<void> {
  await Promise.all([checkJava(), checkDisk(dataDir), checkDisk(engineCacheDir())])
}

async function checkJava(): Promise<void> {
  const words = await runTool('java', ['-version'], { timeoutMs: 20_000 }).catch(error => {
    throw new StackError(
      'REQUIREMENT_MISSING',
      `Java ${oldestJava} or newer is needed for Kafka and Debezium. ${installJava}`,
      {
        cause: error
      }
    )
  })
  const major = Number(/version "(?:1\.)?(\d+)/.exec(words)?.[1])
  if (major >= oldestJava) return
  throw new StackError(
    'REQUIREMENT_MISSING',
    `Java ${oldestJava} or newer is needed; \`java -version\` says ${major}. ${installJava}`
  )
}

const installJava =
  'Install one (Debian, Ubuntu: apt-get install openjdk-17-jre-headless) and put it first on the PATH.'

async function checkDisk(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  const disk = await statfs(dir)
  const free = disk.bavail * disk.bsize
  if (free >= neededBytes) return
  const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
  throw new StackError(
    'REQUIREMENT_MISSING',
    `${gib(neededBytes)} GiB of free disk are needed in ${dir}; there are ${gib(free)}. Free some space there.`
  )
}
