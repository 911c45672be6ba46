import { arch } from 'node:os'
import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import { StackError } from '../errors.ts'
import { cachedEngine } from './cache.ts'
import { unpackDebianPackages } from './debian-packages.ts'

/** How to call a mysqld: the command, and the arguments that tell it where its own files are. */
export type MysqlEngine = { readonly command: string; readonly args: readonly string[] }

const loaders: Record<string, string> = {
  x64: 'usr/lib64/ld-linux-x86-64.so.2',
  arm64: 'usr/lib/ld-linux-aarch64.so.1'
}
const triplets: Record<string, string> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** MySQL 9.7 from Debian's unstable suite, unpacked into the cache without root. */
export async function fetchMysqlFromDebian(progress: Progress): Promise<MysqlEngine> {
  const root = await cachedEngine(`mysql-9.7-debian-${arch()}`, dir =>
    progress('fetch MySQL 9.7 (60 MB, once)', () => downloadAndUnpack(dir))
  )
  const libraries = join(root, 'usr/lib', triplets[arch()] ?? '')
  return {
    command: join(root, loaders[arch()] ?? ''),
    args: [
      '--library-path',
      libraries,
      join(root, 'usr/sbin/mysqld'),
      '--no-defaults',
      `--basedir=${join(root, 'usr')}`,
      `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
      `--character-sets-dir=${join(root, 'usr/share/mysql/charsets')}`,
      `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`
    ]
  }
}

async function downloadAndUnpack(dir: string): Promise<void> {
  if (loaders[arch()] === undefined) {
    throw new StackError(
      'ENGINE_MISSING',
      `There is no recipe for MySQL on ${arch()}. Install MySQL 9.x and put mysqld on the PATH.`
    )
  }
  await unpackDebianPackages(dir, ['mysql-server-core'])
}
