import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'

vi.setConfig({ testTimeout: 60_000 }) // each starts a Node of its own, on a machine that may have other things to do

type Ended = { readonly code: number; readonly said: string }

function reset(dir: string, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, DATA_DIR: dir, STACK: 'process' }
  return new Promise(resolve => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'reset.ts'), ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: out + err })
    )
    child.stdin?.end()
  })
}

it('clears what npm start made, and nothing else', async () => {
  const dir = await tempFolder('reset')
  await Promise.all(['mysql/data', 'secrets', 'mine'].map(name => mkdir(join(dir, name), { recursive: true })))
  await writeFile(join(dir, 'secrets/root'), 'secret')
  expect(await reset(dir)).toMatchObject({ code: 1, said: expect.stringContaining('Nothing was deleted') })
  expect(await reset(dir, '--yes')).toMatchObject({ code: 0, said: expect.stringContaining('did not create it: mine') })
  expect(await readdir(dir)).toEqual(['mine'])
})

it('refuses a folder in which npm start never was', async () => {
  const dir = await tempFolder('reset')
  await writeFile(join(dir, 'thesis.txt'), 'years of work')
  expect(await reset(dir, '--yes')).toMatchObject({ code: 1, said: expect.stringContaining('has no data') })
  expect(await readdir(dir)).toEqual(['thesis.txt'])
})

it('says how it is used, and does nothing for an option that there is not', async () => {
  const dir = await tempFolder('reset')
  expect(await reset(dir, '--help')).toMatchObject({ code: 0, said: expect.stringContaining("--yes      don't ask") })
  expect(await reset(dir, '--yse')).toMatchObject({ code: 2, said: expect.stringContaining('Usage') })
})
