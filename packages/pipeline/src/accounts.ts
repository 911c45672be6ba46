import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { type Stack, readOrCreateSecret } from '@outbox-cdc/stack'
import type { Role, System } from './system.ts'

const replication = 'REPLICATION CLIENT ON *.*'

/** Only owners change tables, and only during migrations. Only root creates accounts. */
const grants: Readonly<Record<Role, (database: string, captured: boolean) => readonly string[]>> = {
  // The outbox's migration records the binlog position at which a first connector starts.
  owner: (database, captured) => [`ALL ON ${database}.*`, ...(captured ? [replication] : [])],
  service: database => [`SELECT, INSERT, UPDATE, DELETE ON ${database}.*`],
  capture: database => ['REPLICATION SLAVE, REPLICATION CLIENT ON *.*', `SELECT ON ${database}.*`],
  // Only its own probe table, which it creates when it is missing.
  probe: database => [`CREATE, SELECT, INSERT, DELETE ON ${database}.connect_heartbeat`],
  read: database => [replication, `SELECT ON ${database}.*`],
  // UPDATE marks a parked event to be retried or skipped.
  'read and retry': database => [replication, `SELECT, UPDATE ON ${database}.*`]
}

export type Account = { readonly name: string; readonly grants: readonly string[]; readonly capture: boolean }

/** Every account of a system with its rights in all databases. */
export function accountsOf({ databases }: System): readonly Account[] {
  const entries = Object.entries(databases).flatMap(([database, { accounts }]) => {
    const captured = Object.values(accounts).includes('capture')
    return Object.entries(accounts).map(([name, role]) => ({ name, role, grants: grants[role](database, captured) }))
  })
  return [...Map.groupBy(entries, ({ name }) => name)].map(([name, same]) => ({
    name,
    grants: [...new Set(same.flatMap(each => each.grants))],
    capture: same.some(({ role }) => role === 'capture')
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
  const { host, port, rootPassword: password } = stack.mysql
  const connection = await mysql.createConnection({ host, port, user: 'root', password })
  try {
    for (const database of Object.keys(system.databases)) {
      await connection.query(
        `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci`
      )
    }
    for (const account of accountsOf(system)) {
      const folder = account.capture ? connectSecrets(secretsDir) : secretsDir
      const secret = await readOrCreateSecret(folder, account.name)
      await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [account.name, secret])
      await connection.query("ALTER USER ?@'%' IDENTIFIED BY ?", [account.name, secret])
      for (const grant of account.grants) await connection.query(`GRANT ${grant} TO ?@'%'`, [account.name])
    }
  } finally {
    await connection.end()
  }
}

/** `mysql://account:password@host:port/database`, for the environment of a service that we start. */
export async function urlFor(
  account: string,
  database: string,
  at: { readonly stack: Stack; readonly secretsDir: string }
): Promise<string> {
  const password = await readOrCreateSecret(at.secretsDir, account)
  const { host, port } = at.stack.mysql
  return `mysql://${account}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}
