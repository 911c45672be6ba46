import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as exported from './index.ts'

it('names each export in the README, and no other', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = readme.match(/^\| `.*? \|/gm) ?? []
  const named = rows.flatMap(row => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name))
  expect(new Set(named)).toEqual(new Set(Object.keys(exported)))
})
