import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const publicPackages = ['outbox', 'service-kit', 'connectctl', 'console'] as const
export type PublicPackage = (typeof publicPackages)[number]

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../..')
const parts = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'LICENSE', 'scripts', 'packages']

/**
 * The tarballs of a plain `npm pack` in each package, or with -w at the root. In a copy of the workspace: npm puts
 * another package.json there for a moment, and other tests run at the same time.
 */
export async function npmPack(
  names: readonly PublicPackage[],
  { destination, fromRoot = false }: { readonly destination: string; readonly fromRoot?: boolean }
): Promise<readonly string[]> {
  const copy = await mkdtemp(join(tmpdir(), 'outbox-workspace-'))
  try {
    for (const part of parts) {
      const filter = (path: string) => !/\/(node_modules|dist)$/.test(path)
      await cp(join(repository, part), join(copy, part), { recursive: true, filter })
    }
    await linkModules(copy)
    await mkdir(destination, { recursive: true })
    const tarballs: string[] = []
    for (const name of names) {
      const folder = `packages/${name}`
      const [cwd, workspace] = fromRoot ? [copy, ['-w', folder]] : [join(copy, folder), []]
      const { stdout } = await run('npm', ['pack', ...workspace, '--json', '--pack-destination', destination], { cwd })
      tarballs.push(join(destination, /"filename": "(.+\.tgz)"/.exec(stdout)?.[1]?.replace(/^@(.+)\//, '$1-') ?? ''))
    }
    return tarballs
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** The installed packages of this repository, with the copy's own sources as `@outbox-cdc/…`. */
async function linkModules(copy: string): Promise<void> {
  const modules = join(copy, 'node_modules')
  await mkdir(join(modules, '@outbox-cdc'), { recursive: true })
  for (const entry of await readdir(join(repository, 'node_modules'))) {
    if (entry !== '@outbox-cdc') await symlink(join(repository, 'node_modules', entry), join(modules, entry))
  }
  for (const name of await readdir(join(copy, 'packages'))) {
    await symlink(join(copy, 'packages', name), join(modules, '@outbox-cdc', name))
    const own = join(repository, 'packages', name, 'node_modules')
    if (existsSync(own)) await symlink(own, join(copy, 'packages', name, 'node_modules'))
  }
}
