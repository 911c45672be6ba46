import { existsSync, rmSync } from 'node:fs'
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { postgresOptions } from '@outbox-cdc/outbox/security'
import pg from 'pg'
import type { PostgresEngine } from './engines/postgres-engine.ts'
import { runTool } from './engines/run-tool.ts'
import { type Part, createPart } from './process/part.ts'
import { postgresTls, type StackSecurity } from './security/stack-security.ts'
import { postgresUrl } from './server-urls.ts'

export type PostgresPartOptions = {
  readonly engine: PostgresEngine
  readonly dir: string
  readonly port: number
  readonly password: string
  readonly security?: StackSecurity | undefined
  readonly nice?: number
}

/** A PostgreSQL on loopback at full durability, with a logical WAL as Debezium needs it. */
export async function createPostgresPart(options: PostgresPartOptions): Promise<Part> {
  const { engine, dir, port, password, security, nice = 0 } = options
  const folder = join(dir, 'postgres')
  const data = join(folder, 'data')
  if (!existsSync(data)) await initialise(engine, folder, password)
  const listening = ["listen_addresses='127.0.0.1'", "unix_socket_directories=''", `port=${port}`]
  const settings = [...postgresSettings, ...listening, ...(security ? await securedSettings(folder, security) : [])]
  // In a file, because ALTER SYSTEM can't change what the command line sets.
  const settingsFile = join(folder, 'postgresql.conf')
  await writeFile(settingsFile, `${settings.join('\n')}\n`)
  const [command, ...args] = commandOf(engine, 'postgres', '-D', data, '-c', `config_file=${settingsFile}`)
  return createPart({
    name: 'postgres',
    dir,
    command,
    args,
    nice,
    // Without this, it would wait until every client has left.
    stopSignal: 'SIGINT',
    withChildren: true,
    // A killed server leaves its pid there; the next one refuses to start if another process has that pid by then.
    beforeStart: () => rmSync(join(data, 'postmaster.pid'), { force: true }),
    answers: () => postgresAnswers(port, password, security && postgresTls(security))
  })
}

/** The settings of every PostgreSQL of this pipeline: full durability, a WAL for Debezium, and little memory. */
export const postgresSettings: readonly string[] = [
  'wal_level=logical',
  'fsync=on',
  'full_page_writes=on',
  'synchronous_commit=on',
  // A slot that nothing reads keeps WAL: at this size PostgreSQL gives the slot up instead of filling the disk.
  'max_slot_wal_keep_size=2GB',
  'max_replication_slots=20',
  'max_wal_senders=20',
  'max_connections=300',
  'shared_buffers=64MB',
  'max_wal_size=512MB',
  'timezone=UTC',
  'log_timezone=UTC'
]

/** Only with TLS. */
async function securedSettings(folder: string, { dir }: StackSecurity): Promise<readonly string[]> {
  const [access, pair] = [join(folder, 'pg_hba.conf'), join(dir, 'postgres.pem')]
  await writeFile(access, 'hostssl all all all scram-sha-256\nhostssl replication all all scram-sha-256\n')
  return ['ssl=on', `ssl_cert_file='${pair}'`, `ssl_key_file='${pair}'`, `hba_file='${access}'`]
}

const account = 65_534
const asRoot = getuid?.() === 0

/** Initialises another folder and renames it, so that an interrupted first start never leaves half a data folder. */
async function initialise(engine: PostgresEngine, dir: string, password: string): Promise<void> {
  const aside = join(dir, 'data.initialising')
  const passwordFile = join(dir, 'password')
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { recursive: true, mode: 0o700 })
  if (asRoot) await chown(aside, account, account)
  await writeFile(passwordFile, password, { mode: 0o600 })
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const [command, ...args] = commandOf(engine, 'initdb', '-D', aside, ...access, '--encoding=UTF8', '--locale=C')
  await runTool(command, args)
  await rm(passwordFile)
  await rename(aside, join(dir, 'data'))
}

/**
 * PostgreSQL refuses to run as root, so for root we use an unprivileged account. Its one right is to reach the data and the
 * program in folders that are closed to it, such as root's home. Without `no_setuid_fixup`, access(2) would ignore that right.
 */
function commandOf({ home }: PostgresEngine, name: string, ...args: readonly string[]): [string, ...string[]] {
  const command = join(home, 'bin', name)
  if (!asRoot) return [command, ...args]
  const rights = ['--inh-caps=-all,+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  return ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--clear-groups', ...rights, command, ...args]
}

/** Resolves when PostgreSQL at a port of this machine answers a query of its superuser. */
export async function postgresAnswers(port: number, password: string, tls?: string): Promise<void> {
  const url = postgresUrl({ host: '127.0.0.1', port, password, tls })
  const client = new pg.Client({ ...postgresOptions(url), connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    await client.end()
  }
}
