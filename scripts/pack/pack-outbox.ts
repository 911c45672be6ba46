import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { publishedManifest } from './published-manifest.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const source = join(root, 'packages/outbox')
const manifestPath = join(source, 'package.json')
const aside = join(root, '.data/outbox-package.json')

/**
 * Builds the package into packages/outbox/dist as JavaScript with types, and puts the package.json of the published
 * package in the place of the workspace's, which needs no build: npm packs what it finds, and has no other way.
 */
export async function buildForPacking(): Promise<void> {
  await restoreWorkspace()
  await rm(join(source, 'dist'), { recursive: true, force: true })
  await run('tsc', ['-p', join(source, 'tsconfig.build.json')])
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8'))
  await mkdir(dirname(aside), { recursive: true })
  await copyFile(manifestPath, aside)
  await writeFile(manifestPath, `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
}

/** Puts the workspace's package.json back, also that of a run that was killed before it could. */
export async function restoreWorkspace(): Promise<void> {
  await rename(aside, manifestPath).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
