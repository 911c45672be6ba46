import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { type PublicPackage, npmPack } from './npm-pack.ts'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../..')

export type EmptyProject = {
  readonly dir: string
  write(files: Readonly<Record<string, string>>): Promise<void>
  /** Answers what it printed. */
  node(file: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  /** Starts a file that runs until the test ends; answers what it has printed so far. */
  start(file: string, env: Readonly<Record<string, string>>): () => string
  /** With the types of the packages, unless one has flaws of its own. */
  typeCheck(options?: { readonly module?: 'nodenext' | 'node16'; readonly skipLibCheck?: boolean }): Promise<void>
}

export type EmptyProjectOptions = {
  readonly packages: readonly PublicPackage[]
  /** Their peers that a test needs; taken from this repository, to save downloads. */
  readonly peers: readonly string[]
  readonly fromRoot?: boolean
}

/** A new project outside of this repository with the packed packages installed by npm. */
export async function useEmptyProject({
  packages,
  peers,
  fromRoot = false
}: EmptyProjectOptions): Promise<EmptyProject> {
  const dir = await mkdtemp(join(tmpdir(), 'outbox-project-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const tarballs = await npmPack(packages, { destination: dir, fromRoot })
  const modules = join(dir, 'node_modules')
  await writeFile(join(dir, 'package.json'), '{"type":"module","private":true}')
  // Their dependencies come from npm's cache or the registry; the peers are linked below.
  const flags = ['--prefer-offline', '--legacy-peer-deps', '--no-audit', '--no-fund']
  await run('npm', ['install', ...tarballs, ...flags], { cwd: dir, env: withoutNpmSettings() })
  for (const peer of [...peers, '@types/node']) {
    if (existsSync(join(modules, peer))) continue
    await mkdir(dirname(join(modules, peer)), { recursive: true })
    await symlink(join(repository, 'node_modules', peer), join(modules, peer))
  }
  const environment = (env: object) => ({ PATH: process.env.PATH, ...env })
  return {
    dir,
    async write(files) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
    },
    async node(file, args = [], env = {}) {
      const { stdout } = await run(process.execPath, [file, ...args], { cwd: dir, env: environment(env) })
      return stdout
    },
    start(file, env) {
      const child = spawn(process.execPath, [file], { cwd: dir, env: environment(env), stdio: 'pipe' })
      let printed = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += String(chunk)))
      onTestFinished(() => void child.kill('SIGKILL'))
      return () => printed
    },
    async typeCheck({ module = 'nodenext', skipLibCheck = false } = {}) {
      const strict = [
        ...(skipLibCheck ? ['--skipLibCheck'] : []),
        '--strict',
        '--module',
        module,
        '--target',
        'es2024',
        '--allowImportingTsExtensions'
      ]
      await run('tsc', [...strict, '--types', 'node', '--noEmit', '--project', await tsconfig(dir)], {
        cwd: dir
      }).catch(error => Promise.reject(new Error(error.stdout)))
    }
  }
}

async function tsconfig(dir: string): Promise<string> {
  const path = join(dir, 'tsconfig.json')
  await writeFile(path, '{"include":["*.ts","*.cts"]}')
  return path
}

/** npm hands the settings of this repository to what `npm test` starts; a user's project doesn't have them. */
function withoutNpmSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')))
}
