import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSystem, root } from './load-system.ts'
import { mysqlGrants } from './mysql-accounts.ts'

it('gives the grants of docs/security.md', async () => {
  const document = await readFile(join(root, 'docs/security.md'), 'utf8')
  const documented = [...document.matchAll(/^\| `(\w+)` +\| `([A-Z, ]+ ON \S+)` +\|$/gm)]
  const given = [...mysqlGrants(await loadSystem())].flatMap(([name, grants]) => grants.map(grant => [name, grant]))
  expect(documented.map(([, name, grant]) => [name, grant])).toEqual(given)
})
