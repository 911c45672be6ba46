import mysql from 'mysql2/promise'
import { mysqlOptions } from '@outbox-cdc/outbox/security'
import { type Stack, mysqlUrl } from '@outbox-cdc/stack'
import { type Role, type System, databasesOn } from './system.ts'

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

/** The rights of each account in all databases on MySQL. */
export function mysqlGrants(system: System): ReadonlyMap<string, readonly string[]> {
  const entries = databasesOn(system, 'mysql').flatMap(({ name: database, accounts }) => {
    const captured = Object.values(accounts).includes('capture')
    return Object.entries(accounts).map(([name, role]) => ({ name, grants: grants[role](database, captured) }))
  })
  const byName = Map.groupBy(entries, ({ name }) => name)
  return new Map([...byName].map(([name, same]) => [name, [...new Set(same.flatMap(each => each.grants))]]))
}

/** Creates the databases and accounts on MySQL, as root. */
export async function ensureMysqlAccounts(
  system: System,
  server: Stack['mysql'],
  passwords: ReadonlyMap<string, string>
): Promise<void> {
  const connection = await mysql.createConnection(mysqlOptions(mysqlUrl(server)))
  try {
    for (const { name } of databasesOn(system, 'mysql'))
      await connection.query(`CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci`)
    for (const [account, given] of mysqlGrants(system)) {
      const password = passwords.get(account)
      await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [account, password])
      await connection.query("ALTER USER ?@'%' IDENTIFIED BY ?", [account, password])
      for (const grant of given) await connection.query(`GRANT ${grant} TO ?@'%'`, [account])
    }
  } finally {
    await connection.end()
  }
}
