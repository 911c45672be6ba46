import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../../..')
const parts = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'LICENSE', 'scripts', 'packages/outbox']

/**
 * The tarball of a plain `npm pack` in packages/outbox, or with -w at the root. In a copy of the workspace: npm puts
 * another package.json there for a moment, and other tests run at the same time.
 */
export async function npmPack(destination: string, from: 'the package' | 'the root' = 'the package'): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'outbox-workspace-'))
  try {
    for (const part of parts) {
      const filter = (path: string) => !/\/(node_modules|dist)$/.test(path)
      await cp(join(repository, part), join(copy, part), { recursive: true, filter })
    }
    for (const modules of ['node_modules', 'packages/outbox/node_modules'])
      await symlink(join(repository, modules), join(copy, modules))
    await mkdir(destination, { recursive: true })
    const [cwd, workspace] =
      from === 'the root' ? [copy, ['-w', 'packages/outbox']] : [join(copy, 'packages/outbox'), []]
    const options = ['--json', '--pack-destination', destination]
    const { stdout } = await run('npm', ['pack', ...workspace, ...options], { cwd })
    return join(destination, /"filename": "(.+\.tgz)"/.exec(stdout)?.[1]?.replace(/^@(.+)\//, '$1-') ?? '')
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
