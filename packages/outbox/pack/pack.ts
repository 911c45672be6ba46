import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { publishedManifest } from './published-manifest.ts'

// npm runs this before and after `npm pack` in packages/outbox. It packs the files that it finds, so the published
// package.json replaces the workspace's meanwhile.
const source = join(import.meta.dirname, '..')
const manifestPath = join(source, 'package.json')
const aside = join(source, '../../.data/outbox-package.json')

// Also undoes a run that was killed half-way.
await rename(aside, manifestPath).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error
})

if (process.argv[2] === 'before') {
  await rm(join(source, 'dist'), { recursive: true, force: true })
  await promisify(execFile)('tsc', ['-p', join(source, 'tsconfig.build.json')])
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8'))
  await mkdir(dirname(aside), { recursive: true })
  await copyFile(manifestPath, aside)
  await writeFile(manifestPath, `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
}
