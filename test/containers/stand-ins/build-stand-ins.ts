import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { images } from '@outbox-cdc/stack/containers/images'
import { unpackDebianPackages } from '@outbox-cdc/stack/engines/debian-packages'
import { fetchJavaEngine, fetchPostgresConnector } from '@outbox-cdc/stack/engines/java-engine'
import { runTool } from '@outbox-cdc/stack/engines/run-tool'
import { fetchRegistry } from '@outbox-cdc/stack/registry-part'
import type { Progress } from '@outbox-cdc/stack'
import { root } from '@outbox-cdc/pipeline'
import type { Docker } from '../engine/docker.ts'

const here = import.meta.dirname
const base = ['?essential', 'libstdc++6']
const databases = ['mysql-server-core', 'mysql-client-core', 'postgresql-18', 'postgresql-client-18']
const servers = ['openjdk-21-jre-headless', ...databases, 'curl']
const users = ['root:x:0', 'postgres:x:998', 'mysql:x:999', 'node:x:1000', 'kafka:x:1001']

/** Builds images under the public names from packages of Debian, Maven and npm. */
export async function buildStandIns(docker: Docker, progress: Progress): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'stand-ins-'))
  try {
    await progress('gather what the stand-ins are made of', () => gather(dir, progress))
    await progress('build the stand-ins', () => buildAll(dir, docker))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The public image that our own images are based on. */
export async function nodeImage(): Promise<string> {
  const [, image = ''] = /^FROM (\S+) AS base$/m.exec(await readFile(join(root, 'Dockerfile'), 'utf8')) ?? []
  return image
}

async function gather(dir: string, progress: Progress): Promise<void> {
  const context = join(dir, 'context')
  await mkdir(context)
  await Promise.all([
    unpackBase(join(dir, 'base')),
    unpack(join(context, 'servers'), [...base, ...servers]),
    gatherJars(context, progress),
    gatherNode(context),
    ...['mysql', 'postgres', 'kafka', 'connect'].map(name =>
      cp(join(here, `${name}-entrypoint.sh`), join(context, `${name}-entrypoint.sh`))
    )
  ])
}

async function unpackBase(dir: string): Promise<void> {
  await unpack(dir, base)
  await mkdir(join(dir, 'usr/local/bin'), { recursive: true })
  await writeFile(join(dir, 'etc/passwd'), users.map(user => `${user}:${user.split(':')[2]}::/:/bin/bash\n`).join(''))
  await writeFile(join(dir, 'etc/group'), users.map(user => `${user}:\n`).join(''))
}

/** Like slim images: without manuals and translations. */
async function unpack(dir: string, packages: readonly string[]): Promise<void> {
  await mkdir(dir, { recursive: true })
  await unpackDebianPackages(dir, packages)
  for (const unread of ['doc', 'man', 'info', 'locale', 'lintian'])
    await rm(join(dir, 'usr/share', unread), { recursive: true, force: true })
}

async function gatherJars(context: string, progress: Progress): Promise<void> {
  await cp(await fetchRegistry(progress), join(context, 'registry'), { recursive: true })
  const engine = await fetchJavaEngine(progress)
  await cp(dirname(engine.classPath), join(context, 'libs'), { recursive: true })
  for (const plugins of [engine.pluginPath, await fetchPostgresConnector(progress)])
    await cp(plugins, join(context, 'plugins'), { recursive: true })
  await cp(engine.logConfig, join(context, 'log4j2.yaml'))
}

async function gatherNode(context: string): Promise<void> {
  await cp(process.execPath, join(context, 'node'))
  const npm = await realpath((await runTool('bash', ['-c', 'command -v npm'])).trim())
  await cp(dirname(dirname(npm)), join(context, 'npm'), { recursive: true, dereference: true })
  const own = '/etc/ssl/certs/ca-certificates.crt'
  if (existsSync(own)) await cp(own, join(context, 'ca-certificates.crt'))
  else await writeFile(join(context, 'ca-certificates.crt'), '')
}

async function buildAll(dir: string, docker: Docker): Promise<void> {
  await docker.shell(
    `tar -C '${dir}/base' -c . | docker import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - stand-in/debian:unstable`
  )
  const tags = { ...images, node: await nodeImage() }
  for (const [target, tag] of Object.entries(tags))
    await docker.run(['build', '-f', join(here, 'Dockerfile'), '--target', target, '-t', tag, join(dir, 'context')])
}
