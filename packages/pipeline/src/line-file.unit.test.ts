import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { lineFile } from './line-file.ts'

it('keeps the order of many lines that come at once', async () => {
  const file = join(await tempFolder('lines'), 'a.log')
  const append = lineFile(file, error => expect.fail(error.message))
  const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n}`)
  for (const line of lines) append(line)
  await eventually(async () => expect(await readFile(file, 'utf8')).toBe(`${lines.join('\n')}\n`))
})

it('reports what it cannot write, and writes again when it can', async () => {
  const file = join(await tempFolder('lines'), 'a.log')
  const failures: Error[] = []
  const append = lineFile(file, error => void failures.push(error))
  await mkdir(file)
  append('lost')
  await eventually(() => expect(failures).toMatchObject([{ code: 'EISDIR' }]))
  await rm(file, { recursive: true })
  append('kept')
  await eventually(async () => expect(await readFile(file, 'utf8')).toBe('kept\n'))
})
