import { open, readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { classArchive } from './class-archive.ts'
import { fetchJavaEngine } from './java-engine.ts'
import { runTool } from './run-tool.ts'

const { classPath } = await fetchJavaEngine((_step, work) => work())
const tool = { kind: 'kafka-tool', classPath: [classPath] }
let cache = ''

beforeEach(async () => {
  cache = await tempFolder('archives')
  vi.stubEnv('OUTBOX_CDC_CACHE', cache)
})
afterEach(() => vi.unstubAllEnvs())

/** Runs a tool of Kafka, and counts the classes that came from the archive. */
async function runOnce() {
  const { args, afterEnd } = await classArchive(tool)
  const log = join(await tempFolder('loaded'), 'classes.log')
  const command = ['-cp', classPath, 'kafka.tools.StorageTool', 'random-uuid']
  const said = await runTool('java', [...args, `-Xlog:class+load:file=${log}`, ...command])
  await afterEnd?.('exit code 143') // a tool ends by itself, and an engine by SIGTERM
  const archived = (await readFile(log, 'utf8')).split('source: shared objects file (top)').length - 1
  return { said, archived }
}

async function onlyArchive(): Promise<string> {
  const names = await readdir(join(cache, 'class-archives'))
  expect(names).toEqual([expect.stringMatching(/^kafka-tool-[0-9a-f]{12}$/)])
  return join(cache, 'class-archives', names[0] ?? '', 'classes.jsa')
}

async function damage(path: string): Promise<void> {
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(size >> 1), 0, size >> 1, size >> 2)
  await file.close()
}

it('starts Java from the classes that one of two at once archived, and without them when they are damaged', async () => {
  const first = await Promise.all([runOnce(), runOnce()])
  expect(first.map(({ archived }) => archived)).toEqual([0, 0])
  const archive = await onlyArchive()
  expect((await runOnce()).archived).toBeGreaterThan(500)
  await damage(archive)
  const afterDamage = await runOnce()
  expect(afterDamage.archived).toBe(0)
  expect(afterDamage.said).toContain('Unable to use shared archive')
})
