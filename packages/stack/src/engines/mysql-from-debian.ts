import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import { StackError } from '../errors.ts'
import { cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

/** How to call a mysqld: the command, and the arguments that tell it where its own files are. */
export type MysqlEngine = { readonly command: string; readonly args: readonly string[] }

const loaders: Record<string, string> = {
  x64: 'usr/lib64/ld-linux-x86-64.so.2',
  arm64: 'usr/lib/ld-linux-aarch64.so.1'
}
const triplets: Record<string, string> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/**
 * MySQL 9.7 from Debian's unstable suite, unpacked into the cache without root: nothing is installed on the machine.
 * apt checks the signature of the list and the hash of each package. The mirror is the machine's own.
 */
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
  const apt = join(dir, 'apt')
  const options = await writePrivateAptConfiguration(apt)
  await runTool('apt-get', [...options, 'update'])
  await runTool('apt-get', [...options, '--yes', '--download-only', 'install', 'mysql-server-core'])
  const archives = join(apt, 'archives')
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb') && !file.startsWith('perl')) await runTool('dpkg-deb', ['-x', join(archives, file), dir])
  }
  await rm(apt, { recursive: true })
}

async function writePrivateAptConfiguration(apt: string): Promise<readonly string[]> {
  await mkdir(join(apt, 'archives/partial'), { recursive: true })
  await mkdir(join(apt, 'lists/partial'), { recursive: true })
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  await writeFile(join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${await ownMirror()} unstable main\n`)
  await writeFile(join(apt, 'status'), '')
  return [
    `Dir::Etc::sourcelist=${join(apt, 'sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State=${apt}`,
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::State::status=${join(apt, 'status')}`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::archives=${join(apt, 'archives')}`,
    'APT::Sandbox::User=',
    'APT::Install-Recommends=false',
    'APT::Keep-Downloaded-Packages=true',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    // A machine whose clock runs ahead of a mirror's signed list would refuse it as expired.
    'Acquire::Check-Valid-Until=false'
  ].flatMap(option => ['-o', option])
}

/** The address of the Debian mirror that this machine already uses, from its own apt sources. */
async function ownMirror(): Promise<string> {
  const parts = '/etc/apt/sources.list.d'
  const files = (await readdir(parts).catch(() => [])).map(file => join(parts, file))
  for (const file of ['/etc/apt/sources.list', ...files]) {
    const mirror = /https?:\/\/\S+\/debian\/?(?=\s)/.exec(await readFile(file, 'utf8').catch(() => ''))
    if (mirror !== null) return mirror[0]
  }
  throw new StackError(
    'ENGINE_MISSING',
    'No Debian mirror stands in /etc/apt. Install MySQL 8.4 or 9.x and put mysqld on the PATH.'
  )
}
