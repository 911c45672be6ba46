import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEngine } from '@outbox-cdc/stack/engines/cache'
import { unpackDebianPackages } from '@outbox-cdc/stack/engines/debian-packages'
import { runTool } from '@outbox-cdc/stack/engines/run-tool'
import { eventually } from '../../support/eventually.ts'
import { type Docker, dockerWith } from './docker.ts'

export type Engine = {
  readonly docker: Docker
  /** The engine was started for this run only, so it holds no other images. */
  readonly own: boolean
  close(): Promise<void>
}

/**
 * Returns the container engine that answers. Without one, in CI and as root, it installs and starts one from the
 * distribution's packages. In all other cases it returns a sentence that says why there is none.
 */
export async function openEngine(): Promise<Engine | string> {
  const plain = dockerWith({})
  if (await answers(plain)) return withCompose(plain)
  if (process.env.CI !== 'true') return 'no Docker engine answers'
  if (process.getuid?.() !== 0) return 'no Docker engine answers, and only root could start one'
  try {
    return await startOwn()
  } catch (error) {
    return `no Docker engine answers, and none could be started: ${(error as Error).message}`
  }
}

async function answers(docker: Docker): Promise<boolean> {
  const asked = docker.run(['version', '-f', '{{.Server.Version}}'])
  return asked.then(
    () => true,
    () => false
  )
}

async function withCompose(docker: Docker): Promise<Engine | string> {
  const has = await docker.run(['compose', 'version']).catch(() => undefined)
  if (has === undefined) return 'the docker command has no compose plugin'
  return { docker, own: false, close: async () => undefined }
}

/** Only the packages stay installed: data, sockets and plugins are in temporary folders. */
async function startOwn(): Promise<Engine> {
  if (!existsSync('/usr/sbin/dockerd')) {
    // Ignores a package list that can't be fetched; the installation fails if a package is missing.
    await runTool('apt-get', ['-o', 'Acquire::Check-Valid-Until=false', 'update', '-qq']).catch(() => '')
    const quietly = ['-y', '-qq', '--no-install-recommends']
    await runTool('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', ...quietly, 'docker.io', 'iptables'])
  }
  const dir = await mkdtemp(join(tmpdir(), 'engine-'))
  const host = `unix://${join(dir, 'docker.sock')}`
  const docker = dockerWith({ DOCKER_HOST: host, DOCKER_CONFIG: await fetchPlugins(dir) })
  const daemon = await launch(dir, host)
  const close = async () => {
    const ended = new Promise(resolve => daemon.once('exit', resolve))
    if (daemon.exitCode === null && daemon.kill('SIGTERM')) await ended
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await eventually(() => docker.run(['version'], { timeoutMs: 5_000 }), { everyMs: 250 })
    return { docker, own: true, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function launch(dir: string, host: string): Promise<ChildProcess> {
  const log = await open(join(dir, 'dockerd.log'), 'w')
  const folders = ['data-root', 'exec-root'].map(name => `--${name}=${join(dir, name)}`)
  const args = ['--host', host, ...folders, `--pidfile=${join(dir, 'dockerd.pid')}`]
  const daemon = spawn('/usr/sbin/dockerd', args, { stdio: ['ignore', log.fd, log.fd], detached: true })
  daemon.on('error', () => undefined)
  await log.close()
  return daemon
}

/** A configuration folder for the docker command with compose and buildx, which older Debian suites lack. */
async function fetchPlugins(dir: string): Promise<string> {
  const fetched = await cachedEngine(`docker-plugins-debian-${arch()}`, to =>
    unpackDebianPackages(to, ['docker-compose', 'docker-buildx'])
  )
  const from = join(fetched, 'usr/libexec/docker/cli-plugins')
  const config = join(dir, 'config')
  await mkdir(join(config, 'cli-plugins'), { recursive: true })
  for (const plugin of await readdir(from)) {
    await copyFile(join(from, plugin), join(config, 'cli-plugins', plugin))
    await chmod(join(config, 'cli-plugins', plugin), 0o755)
  }
  return config
}
