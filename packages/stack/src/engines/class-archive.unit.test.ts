import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ArchivedJvm, type ClassArchive, classArchive as classArchiveOf } from './class-archive.ts'

let version = ''
const classArchive = (jvm: ArchivedJvm) => classArchiveOf(jvm, async () => version)

let cache = ''
let libs = ''
let kafka: ArchivedJvm = { kind: 'kafka', classPath: [] }
const archives = () => readdir(join(cache, 'class-archives'))
const inOrder = 'exit code 143'

beforeEach(async () => {
  version = 'openjdk version "17.0.15"'
  cache = await mkdtemp(join(tmpdir(), 'class-archive-'))
  vi.stubEnv('OUTBOX_CDC_CACHE', cache)
  libs = join(cache, 'libs')
  await mkdir(libs)
  await writeFile(join(libs, 'kafka.jar'), 'classes')
  kafka = { kind: 'kafka', classPath: [join(libs, '*')] }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true })
})

const fileOf = ({ args }: ClassArchive) => args.at(-1)?.split('=')[1] ?? ''

/** What a JVM does with an archive that it was told to make. */
async function ends(archive: ClassArchive, how: string, content = 'archive'): Promise<void> {
  await writeFile(fileOf(archive), content)
  await archive.afterEnd?.(how)
}

async function made(jvm: ArchivedJvm): Promise<string> {
  await ends(await classArchive(jvm), inOrder)
  return fileOf(await classArchive(jvm))
}

it('starts from the archive that a JVM of the same kind left as it ended in order', async () => {
  await ends(await classArchive(kafka), inOrder)
  const next = await classArchive(kafka)
  expect(next.args.at(-1)).toMatch(/^-XX:SharedArchiveFile=.*kafka-\w+\/classes\.jsa$/)
  expect(next).toMatchObject({ exists: true })
  expect(await classArchive({ ...kafka, kind: 'connect' })).toMatchObject({ exists: false })
})

it.each(['SIGKILL', 'exit code 1'])('forgets the archive of a JVM that ended with %s', async ending => {
  await ends(await classArchive(kafka), ending)
  expect(await archives()).toEqual([])
  expect(await classArchive(kafka)).toMatchObject({ exists: false })
})

it('lets a JVM that is started again after a kill make the archive', async () => {
  const archive = await classArchive(kafka)
  await archive.afterEnd?.('SIGKILL')
  await ends(archive, inOrder)
  expect(await classArchive(kafka)).toMatchObject({ exists: true })
})

it('makes one archive of two JVMs that end at once, and leaves nothing else', async () => {
  const both = await Promise.all([classArchive(kafka), classArchive(kafka)])
  await Promise.all(both.map((archive, index) => ends(archive, inOrder, `archive ${'!'.repeat(index)}`)))
  expect(await archives()).toHaveLength(1)
  expect(await classArchive(kafka)).toMatchObject({ exists: true })
})

it('makes another archive when a jar was added, was written again or another Java runs', async () => {
  const changes = [
    () => writeFile(join(libs, 'more.jar'), ''),
    () => utimes(join(libs, 'kafka.jar'), 1, 1),
    async () => void (version = 'openjdk version "21"')
  ]
  const files = new Set([await made(kafka)])
  for (const change of changes) {
    await change()
    expect(await classArchive(kafka)).toMatchObject({ exists: false })
    files.add(await made(kafka))
  }
  expect(files.size).toBe(4)
})

it('shares an archive between tests, which give Java options by its environment, and npm start', async () => {
  const file = await made(kafka)
  version = `NOTE: Picked up JDK_JAVA_OPTIONS: -XX:TieredStopAtLevel=1\n${version}`
  expect(fileOf(await classArchive(kafka))).toBe(file)
})

it('does not start from an archive that was cut off, on which Java would crash, but makes another', async () => {
  const file = await made(kafka)
  await truncate(file, 3)
  const next = await classArchive(kafka)
  expect(next).toMatchObject({ exists: false })
  await ends(next, inOrder)
  expect(await classArchive(kafka)).toMatchObject({ exists: true })
})

it('keeps the two youngest archives of a kind, and those of other kinds', async () => {
  const connect = await made({ ...kafka, kind: 'kafka-jmx' })
  const files: string[] = []
  for (const size of ['', '1', '22']) {
    await writeFile(join(libs, 'kafka.jar'), size)
    files.push(await made(kafka))
    await new Promise(resolve => setTimeout(resolve, 20)) // the order of their times
  }
  expect([connect, ...files].map(file => existsSync(file))).toEqual([true, false, true, true])
})

it('lets the JVM start although the cache takes no archive', async () => {
  await writeFile(join(cache, 'class-archives'), 'a file where the folder should be')
  const archive = await classArchive(kafka)
  await archive.afterEnd?.(inOrder)
  expect(archive).toMatchObject({ exists: false })
})
