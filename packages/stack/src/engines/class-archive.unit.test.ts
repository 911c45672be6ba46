import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { classArchive } from './class-archive.ts'

vi.mock('./run-tool.ts', () => ({ runTool: async () => 'openjdk version "17.0.15"' }))

/** An archive that a JVM writes and what follows from how that JVM ended. */
async function writtenBy(ending: string) {
  vi.stubEnv('OUTBOX_CDC_CACHE', await mkdtemp(join(tmpdir(), 'class-archive-')))
  const first = await classArchive('kafka', '/libs/*')
  const file = first.args.at(-1)?.split('=')[1] ?? ''
  writeFileSync(file, 'classes')
  first.afterEnd?.(ending)
  const next = await classArchive('kafka', '/libs/*')
  return { file, next: next.args.at(-1), other: (await classArchive('kafka', '/other/*')).args.at(-1) }
}

it('starts from the archive that a JVM of the same kind and class path left as it ended in order', async () => {
  const { next, other } = await writtenBy('exit code 143')
  expect(next).toMatch(/^-XX:SharedArchiveFile=.*kafka-\w+\.jsa$/)
  expect(other).toMatch(/^-XX:ArchiveClassesAtExit=/)
})

it.each(['SIGKILL', 'exit code 1'])('forgets the archive of a JVM that ended with %s', async ending => {
  const { file, next } = await writtenBy(ending)
  expect(existsSync(file)).toBe(false)
  expect(next).toMatch(/^-XX:ArchiveClassesAtExit=/)
})
