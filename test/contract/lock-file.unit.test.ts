import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'

// `npm ci` refuses a lock file that differs from a manifest, and one made with node_modules lacks other platforms' packages.

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
type Manifest = { readonly [Kind in (typeof kinds)[number]]?: Readonly<Record<string, string>> } & {
  readonly workspaces?: readonly string[]
}

const parse = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8')) as unknown
const { packages } = (await parse('package-lock.json')) as { readonly packages: Readonly<Record<string, Manifest>> }
const { workspaces = [] } = (await parse('package.json')) as Manifest
const folders = ['']
for await (const file of glob(
  workspaces.map(folder => `${folder}/package.json`),
  { cwd: root }
))
  folders.push(file.slice(0, -'/package.json'.length))

it.each(folders)('package-lock.json has the dependencies of %j as its manifest names them', async folder => {
  const manifest = (await parse(join(folder, 'package.json'))) as Manifest
  const locked = packages[folder] ?? {}
  for (const kind of kinds) expect([kind, locked[kind] ?? {}]).toEqual([kind, manifest[kind] ?? {}])
})

it('package-lock.json holds the packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter(name => !isReachable(path, name))
      .map(name => `${path} needs ${name}`)
  )
  expect(missing).toEqual([])
})

/** Looks for a package as Node does: in the node_modules of each folder upwards. */
function isReachable(from: string, name: string): boolean {
  if (join(from, 'node_modules', name) in packages) return true
  const parent = from.includes('/') ? from.slice(0, from.lastIndexOf('/')) : ''
  return from !== '' && isReachable(parent, name)
}
