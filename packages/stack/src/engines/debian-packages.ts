import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import { runTool } from './run-tool.ts'

/**
 * Packages of Debian's unstable suite with all that they need, unpacked into a folder without root: nothing is installed
 * on the machine. apt checks the signature of the list and the hash of each package. The mirror is the machine's own.
 */
export async function unpackDebianPackages(dir: string, packages: readonly string[]): Promise<void> {
  const apt = join(dir, 'apt')
  const options = await writePrivateAptConfiguration(apt)
  await runTool('apt-get', [...options, 'update'])
  await runTool('apt-get', [...options, '--yes', '--download-only', 'install', ...packages])
  await unpackAll(join(apt, 'archives'), dir)
  await rm(apt, { recursive: true })
}

/** Four at a time. Leaves out Perl (50 MB), which only unused scripts of MySQL need. */
async function unpackAll(archives: string, dir: string): Promise<void> {
  const files = (await readdir(archives)).filter(file => /^(?!perl_|perl-modules|libperl).*\.deb$/.test(file))
  const lane = async () => {
    for (let file = files.pop(); file !== undefined; file = files.pop())
      await runTool('dpkg-deb', ['-x', join(archives, file), dir])
  }
  await Promise.all([lane(), lane(), lane(), lane()])
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
    // A machine whose clock is ahead would refuse the mirror's signed list as expired.
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
  throw new StackError('ENGINE_MISSING', 'There is no Debian mirror in /etc/apt to fetch packages from.')
}
