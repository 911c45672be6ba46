import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { type Stack, readOrCreateSecret } from '@outbox-cdc/stack'

export const accounts = [
  'orders_owner',
  'order_service',
  'deliveries_owner',
  'delivery_service',
  'debezium',
  'keeper',
  'console'
] as const

export type Account = (typeof accounts)[number]

const databases = ['orders', 'deliveries']

/** Who may do what. Only the owners change tables, and only during migrations; nobody but root may make accounts. */
const grants: Readonly<Record<Account, readonly string[]>> = {
  // REPLICATION CLIENT: the outbox's migration records the binlog position from which a first connector begins.
  orders_owner: ['ALL ON orders.*', 'REPLICATION CLIENT ON *.*'],
  order_service: ['SELECT, INSERT, UPDATE, DELETE ON orders.*'],
  deliveries_owner: ['ALL ON deliveries.*'],
  delivery_service: ['SELECT, INSERT, UPDATE, DELETE ON deliveries.*'],
  debezium: ['REPLICATION SLAVE, REPLICATION CLIENT ON *.*', 'SELECT ON orders.*'],
  // Only its own probe table, which it makes when it is not there.
  keeper: ['CREATE, SELECT, INSERT, DELETE ON orders.connect_heartbeat'],
  // UPDATE: a person may ask for a retry of parked events, or skip one, on its page.
  console: ['REPLICATION CLIENT ON *.*', 'SELECT ON orders.*', 'SELECT, UPDATE ON deliveries.*']
}

/** Connect reads the passwords of its connectors, so these stand apart from the rest. */
export const connectSecrets = (secretsDir: string): string => join(secretsDir, 'connect')

/** A worker refuses to start when the folder that it may read is not there. */
export async function makeConnectSecrets(secretsDir: string): Promise<string> {
  const folder = connectSecrets(secretsDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

const folderOf = (account: Account, secretsDir: string) =>
  account === 'debezium' ? connectSecrets(secretsDir) : secretsDir

/** Makes databases, accounts and grants as they stand above, with generated passwords. A repeat changes nothing. */
export async function ensureAccounts(stack: Stack, secretsDir: string): Promise<void> {
  const { host, port, rootPassword: password } = stack.mysql
  const connection = await mysql.createConnection({ host, port, user: 'root', password })
  try {
    for (const database of databases) {
      await connection.query(
        `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci`
      )
    }
    for (const account of accounts) {
      const secret = await readOrCreateSecret(folderOf(account, secretsDir), account)
      await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [account, secret])
      await connection.query("ALTER USER ?@'%' IDENTIFIED BY ?", [account, secret])
      for (const privilege of grants[account]) await connection.query(`GRANT ${privilege} TO ?@'%'`, [account])
    }
  } finally {
    await connection.end()
  }
}

/** `mysql://account:password@host:port/database`, for the environment of a service that we start. */
export async function urlFor(
  account: Account,
  database: string,
  at: { readonly stack: Stack; readonly secretsDir: string }
): Promise<string> {
  const password = await readOrCreateSecret(folderOf(account, at.secretsDir), account)
  const { host, port } = at.stack.mysql
  return `mysql://${account}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}
