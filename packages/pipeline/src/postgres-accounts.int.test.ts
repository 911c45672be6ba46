import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { noPostgres } from '@outbox-cdc/stack'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { ensurePostgresAccounts, grantProbes } from './postgres-accounts.ts'
import type { Role, System } from './system.ts'

const roles: readonly Role[] = ['owner', 'service', 'capture', 'probe', 'read', 'read and retry']

/** A database with an account for each role, as the starter makes it, and statements that run in it as one of them. */
async function useAccounts() {
  const { postgres } = useStack()
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const database = uniqueName('accounts').replaceAll('-', '_')
  const accountOf = (role: Role) => `${database}_${role.replaceAll(' ', '_')}`
  const accounts = Object.fromEntries(roles.map(role => [accountOf(role), role]))
  const system = { databases: { [database]: { engine: 'postgres', accounts } } } as unknown as System
  const passwords = new Map(Object.keys(accounts).map(account => [account, `of-${account}`]))
  const ask = async (user: string, password: string, sql: string) => {
    const { host, port } = postgres
    const client = new pg.Client({ host, port, user, password, database: user === 'postgres' ? 'postgres' : database })
    await client.connect()
    try {
      return await client.query(sql)
    } finally {
      await client.end()
    }
  }
  onTestFinished(async () => {
    await ask('postgres', postgres.password, `DROP DATABASE ${database} WITH (FORCE)`)
    await ask('postgres', postgres.password, `DROP ROLE ${Object.keys(accounts).join()}`)
  })
  return {
    prepare: async () => ensurePostgresAccounts(system, postgres, passwords),
    grantProbes: () => grantProbes(system, postgres),
    as: (role: Role, sql: string) => ask(accountOf(role), `of-${accountOf(role)}`, sql),
    stranger: (sql: string) => ask(accountOf('service'), 'wrong', sql)
  }
}

describe.skipIf(noPostgres !== undefined)('accounts on PostgreSQL', () => {
  it('gives each account the rights of its role, on tables of later migrations too, and no more', async () => {
    const { as, prepare, ...accounts } = await useAccounts()
    await prepare()
    await as('owner', 'CREATE TABLE parcel (id serial PRIMARY KEY, state text)')
    await as('owner', 'CREATE TABLE connect_heartbeat (id int)')
    await accounts.grantProbes()
    await prepare() // a second start changes nothing

    await as('service', "INSERT INTO parcel (state) VALUES ('sent'); UPDATE parcel SET state = 'lost'")
    await as('capture', 'SELECT * FROM parcel; SELECT last_value FROM parcel_id_seq')
    await as('read', 'SELECT * FROM parcel')
    await as('read and retry', "SELECT * FROM parcel; UPDATE parcel SET state = 'found'")
    await as(
      'probe',
      'INSERT INTO connect_heartbeat VALUES (1); SELECT 1 FROM connect_heartbeat; DELETE FROM connect_heartbeat'
    )

    const denied = { code: '42501' } // insufficient_privilege
    const refused: readonly (readonly [Role, string])[] = [
      ['service', 'CREATE TABLE more (id int)'],
      ['service', 'TRUNCATE parcel'],
      ['capture', 'DELETE FROM parcel'],
      ['probe', 'SELECT * FROM parcel'],
      ['probe', 'DROP TABLE connect_heartbeat'],
      ['read', "UPDATE parcel SET state = 'mine'"],
      ['read and retry', 'DELETE FROM parcel']
    ]
    for (const [role, sql] of refused) await expect(as(role, sql), `${role}: ${sql}`).rejects.toMatchObject(denied)
    await expect(accounts.stranger('SELECT 1')).rejects.toThrow(/password/)
  })

  it('lets the owner and the capturing account make a slot, and lets nothing in from the accounts of another database', async () => {
    const [{ as, prepare }, other] = [await useAccounts(), await useAccounts()]
    await prepare()
    await other.prepare()
    const slot = uniqueName('slot').replaceAll('-', '_')
    const make = `SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput', true)`
    for (const role of ['service', 'probe', 'read'] as const)
      await expect(as(role, make), role).rejects.toMatchObject({ code: '42501' })
    await as('owner', make)
    await as('capture', make)
    const { rows } = await as(
      'read',
      `SELECT has_database_privilege('public', current_database(), 'CONNECT') AS anyone`
    )
    expect(rows).toEqual([{ anyone: false }])
  })
})
