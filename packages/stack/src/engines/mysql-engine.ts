import { existsSync } from 'node:fs'
import { arch } from 'node:os'
import { dirname, join } from 'node:path'
import { env } from 'node:process'
import { StackError } from '../errors.ts'
import { type Progress, cachedEngine } from './cache.ts'
import { unpackDebianPackages } from './debian-packages.ts'
import { runTool } from './run-tool.ts'

/** Where MySQL can't be downloaded. README.md has the same sentence. */
export const installMysqlFirst =
  'On macOS, and on Linux without apt of Debian, first install MySQL 8.4 or newer so that mysqld is on the PATH. ' +
  'Or install Docker with compose, and run docker compose up --wait.'

/** A mysqld: the command, and the arguments that name its own files. */
export type MysqlEngine = { readonly command: string; readonly args: readonly string[] }

/** The machine's own mysqld (`$MYSQLD`, else on the PATH) when it is 8.4 or newer, else one from Debian's packages. */
export async function findMysqlEngine(progress: Progress): Promise<MysqlEngine> {
  const own = env.MYSQLD ?? 'mysqld'
  const version = await runTool(own, ['--version'], 20_000).catch(() => '')
  if (isAccepted(version)) return { command: own, args: ['--no-defaults'] }
  if (env.MYSQLD !== undefined) {
    throw new StackError(
      'ENGINE_MISSING',
      `MYSQLD=${own} is not a MySQL server of version 8.4 or newer. Correct it or unset it.`
    )
  }
  if (existsSync('/usr/bin/apt-get') && existsSync('/usr/share/keyrings/debian-archive-keyring.gpg')) {
    return fetchMysqlFromDebian(progress)
  }
  throw new StackError('ENGINE_MISSING', `No MySQL server of version 8.4 or newer was found. ${installMysqlFirst}`)
}

/** How to call another program of the same MySQL, such as mysqlbinlog. */
export function mysqlTool({ command, args }: MysqlEngine, name: string): MysqlEngine {
  const beside = (mysqld: string) => (mysqld.includes('/') ? join(dirname(mysqld), '../bin', name) : name)
  const at = args.findIndex(argument => argument.endsWith('/mysqld'))
  if (at === -1) return { command: beside(command), args: [] }
  return { command, args: [...args.slice(0, at), beside(args[at] ?? '')] }
}

function isAccepted(version: string): boolean {
  const [, major, minor] = /Ver (\d+)\.(\d+)\.\d+/.exec(version) ?? []
  return !version.includes('MariaDB') && (Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 4))
}

const machines: Readonly<Record<string, { readonly loader: string; readonly libraries: string }>> = {
  x64: { loader: 'usr/lib64/ld-linux-x86-64.so.2', libraries: 'usr/lib/x86_64-linux-gnu' },
  arm64: { loader: 'usr/lib/ld-linux-aarch64.so.1', libraries: 'usr/lib/aarch64-linux-gnu' }
}

/** MySQL 9.7 from Debian's unstable suite, unpacked into the cache without root. */
async function fetchMysqlFromDebian(progress: Progress): Promise<MysqlEngine> {
  const machine = machines[arch()]
  if (machine === undefined)
    throw new StackError('ENGINE_MISSING', `MySQL can't be downloaded for ${arch()}. ${installMysqlFirst}`)
  const root = await cachedEngine(`mysql-9.7-debian-${arch()}`, dir =>
    progress('fetch MySQL 9.7 (60 MB, once)', () => unpackDebianPackages(dir, ['mysql-server-core']))
  )
  return {
    command: join(root, machine.loader),
    args: [
      '--library-path',
      join(root, machine.libraries),
      join(root, 'usr/sbin/mysqld'),
      '--no-defaults',
      `--basedir=${join(root, 'usr')}`,
      `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
      `--character-sets-dir=${join(root, 'usr/share/mysql/charsets')}`,
      `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`
    ]
  }
}
