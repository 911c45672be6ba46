import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publishedManifest } from './published-manifest.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const source = join(root, 'packages/outbox')
const dist = join(source, 'dist')

/** Builds the package into packages/outbox/dist, complete with its own package.json, and packs that. Answers the tarball. */
export async function packOutbox(destination: string): Promise<string> {
  await rm(dist, { recursive: true, force: true })
  await run('tsc', ['-p', join(source, 'tsconfig.build.json')])
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  await writeFile(join(dist, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
  for (const name of ['README.md', 'CHANGELOG.md']) await copyFile(join(source, name), join(dist, name))
  await copyFile(join(root, 'LICENSE'), join(dist, 'LICENSE'))
  await mkdir(destination, { recursive: true })
  const { stdout } = await run('npm', ['pack', dist, '--json', '--pack-destination', destination])
  const [packed] = JSON.parse(stdout) as [{ filename: string }]
  return join(destination, packed.filename)
}
