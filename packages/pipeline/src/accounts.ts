import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Stack, databaseUrl, readOrCreateSecret } from '@outbox-cdc/stack'
import { ensureMysqlAccounts } from './mysql-accounts.ts'
import { ensurePostgresAccounts } from './postgres-accounts.ts'
import { type Engine, type System, enginesOf } from './system.ts'

export type Account = { readonly name: string; readonly capture: boolean }

/** Every account of a system, once, however many databases it may use. */
export function accountsOf({ databases }: System): readonly Account[] {
  const entries = Object.values(databases).flatMap(({ accounts }) => Object.entries(accounts))
  return [...Map.groupBy(entries, ([name]) => name)].map(([name, same]) => ({
    name,
    capture: same.some(([, role]) => role === 'capture')
  }))
}

/** The owner of a database: the account for its migrations. */
export function ownerOf({ databases }: System, database: string): string | undefined {
  return Object.entries(databases[database]?.accounts ?? {}).find(([, role]) => role === 'owner')?.[0]
}

/** Connect reads its connectors' passwords from this folder, and can read no other. */
export const connectSecrets = (secretsDir: string): string => join(secretsDir, 'connect')

/** A worker refuses to start when the folder that it may read is not there. */
export async function makeConnectSecrets(secretsDir: string): Promise<string> {
  const folder = connectSecrets(secretsDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Creates the databases and accounts of a system, with generated passwords. Repeated, it changes nothing. */
export async function ensureAccounts(system: System, stack: Stack, secretsDir: string): Promise<void> {
  const passwords = new Map<string, string>()
  for (const { name, capture } of accountsOf(system))
    passwords.set(name, await readOrCreateSecret(capture ? connectSecrets(secretsDir) : secretsDir, name))
  const engines = enginesOf(system)
  await Promise.all([
    engines.has('mysql') ? ensureMysqlAccounts(system, stack.mysql, passwords) : undefined,
    engines.has('postgres') ? ensurePostgresAccounts(system, serverOf(stack, 'postgres'), passwords) : undefined
  ])
}

type At = { readonly system: System; readonly stack: Stack; readonly secretsDir: string }

/** `mysql://` or `postgres://account:password@host:port/database`, with what TLS needs, for the environment of a service that we start. */
export async function urlFor(account: string, database: string, at: At): Promise<string> {
  const password = await readOrCreateSecret(at.secretsDir, account)
  const engine = at.system.databases[database]?.engine ?? 'mysql'
  return databaseUrl(engine, serverOf(at.stack, engine), { user: account, password, database })
}

/** The same URL with a reference to the file with the password, for a file that tools read. */
export function urlReference(account: string, database: string, at: At): string {
  const engine = at.system.databases[database]?.engine ?? 'mysql'
  const url = databaseUrl(engine, serverOf(at.stack, engine), { user: account, password: 'PASSWORD', database })
  return url.replace(':PASSWORD@', `:\${dir:${at.secretsDir}:${account}}@`)
}

function serverOf<E extends Engine>(stack: Stack, engine: E): NonNullable<Stack[E]> {
  const server = stack[engine]
  if (server === undefined) throw new Error(`The system has a database on ${engine}, but no such server was started.`)
  return server
}
