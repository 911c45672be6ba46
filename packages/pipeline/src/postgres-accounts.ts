import pg from 'pg'
import { postgresOptions } from '@outbox-cdc/outbox/security'
import { type Stack, postgresUrl } from '@outbox-cdc/stack'
import { type Role, type System, databasesOn } from './system.ts'

type Server = NonNullable<Stack['postgres']>
type Databases = Pick<System, 'databases'>
type Described = ReturnType<typeof databasesOn>[number]

const { escapeIdentifier: name, escapeLiteral: text } = pg

/** The rights of each role in the schema public, on what the owner has made there and will make. An owner needs none. */
const rights: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
  owner: {},
  // The column of a `serial` takes its numbers from a sequence.
  service: { TABLES: 'SELECT, INSERT, UPDATE, DELETE', SEQUENCES: 'USAGE' },
  // Its slot may be made while no number was taken from the sequence of the outbox's ids.
  capture: { TABLES: 'SELECT', SEQUENCES: 'SELECT' },
  // Only its own probe table: see `grantProbes`.
  probe: {},
  read: { TABLES: 'SELECT' },
  // UPDATE marks a parked event to be retried or skipped.
  'read and retry': { TABLES: 'SELECT, UPDATE' }
}

/** The right to read the WAL. An owner needs it for a migration that makes the slot of the outbox. */
function replicates(system: Databases, account: string): boolean {
  const captured = databasesOn(system, 'postgres').filter(({ accounts }) => Object.values(accounts).includes('capture'))
  return captured.some(({ accounts }) => accounts[account] === 'capture' || accounts[account] === 'owner')
}

/** What each account may do in a database, as statements that the superuser runs in it. Repeated, they change nothing. */
function postgresGrants({ name: database, accounts }: Described): readonly string[] {
  const entries = Object.entries(accounts)
  const owner = ownerAmong(accounts)
  const grant = ([account, role]: readonly [string, Role]) => [
    `GRANT CONNECT ON DATABASE ${name(database)} TO ${name(account)}`,
    ...Object.entries(rights[role]).flatMap(([kind, given]) => [
      `GRANT ${given} ON ALL ${kind} IN SCHEMA public TO ${name(account)}`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${name(owner)} IN SCHEMA public GRANT ${given} ON ${kind} TO ${name(account)}`
    ])
  ]
  return [`REVOKE ALL ON DATABASE ${name(database)} FROM PUBLIC`, ...entries.flatMap(grant)]
}

const ownerAmong = (accounts: Described['accounts']): string =>
  Object.entries(accounts).find(([, role]) => role === 'owner')?.[0] ?? ''

/** Creates the databases and accounts on PostgreSQL, as its superuser. */
export async function ensurePostgresAccounts(
  system: Databases,
  server: Server,
  passwords: ReadonlyMap<string, string>
): Promise<void> {
  const databases = databasesOn(system, 'postgres')
  await inDatabase(server, 'postgres', async client => {
    for (const account of new Set(databases.flatMap(({ accounts }) => Object.keys(accounts)))) {
      if (await isMissing(client, 'pg_roles WHERE rolname = $1', account))
        await client.query(`CREATE ROLE ${name(account)}`)
      const replication = replicates(system, account) ? 'REPLICATION' : 'NOREPLICATION'
      await client.query(
        `ALTER ROLE ${name(account)} LOGIN ${replication} PASSWORD ${text(passwords.get(account) ?? '')}`
      )
    }
    for (const { name: database, accounts } of databases) {
      if (await isMissing(client, 'pg_database WHERE datname = $1', database))
        await client.query(
          `CREATE DATABASE ${name(database)} OWNER ${name(ownerAmong(accounts))} TEMPLATE template0 ENCODING 'UTF8'`
        )
    }
  })
  for (const database of databases) {
    await inDatabase(server, database.name, async client => {
      for (const statement of postgresGrants(database)) await client.query(statement)
    })
  }
}

/** Lets the probe's account use its table, which a migration makes. */
export async function grantProbes(system: System, server: Server): Promise<void> {
  for (const { name: database, accounts } of databasesOn(system, 'postgres')) {
    const probes = Object.entries(accounts).flatMap(([account, role]) => (role === 'probe' ? [account] : []))
    await inDatabase(server, database, async client => {
      if (await isMissing(client, 'pg_tables WHERE tablename = $1', 'connect_heartbeat')) return
      for (const account of probes)
        await client.query(`GRANT SELECT, INSERT, DELETE ON public.connect_heartbeat TO ${name(account)}`)
    })
  }
}

async function isMissing(client: pg.Client, what: string, value: string): Promise<boolean> {
  return (await client.query(`SELECT 1 FROM ${what}`, [value])).rowCount === 0
}

async function inDatabase(server: Server, database: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(postgresOptions(postgresUrl(server, database)))
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
