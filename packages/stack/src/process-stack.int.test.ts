import { writeFile } from 'node:fs/promises'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { noPostgres } from './engines/postgres-engine.ts'
import { startStack } from './process-stack.ts'
import type { Stack } from './stack.ts'

it('runs MySQL at full durability with a row binlog and GTIDs', async () => {
  const { host, port, rootPassword } = useStack().mysql
  const connection = await mysql.createConnection({ host, port, user: 'root', password: rootPassword })
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    'SELECT @@binlog_format format, @@gtid_mode gtid, @@innodb_flush_log_at_trx_commit redo, @@sync_binlog binlog, @@time_zone zone'
  )
  await connection.end()
  expect(rows[0]).toEqual({ format: 'ROW', gtid: 'ON', redo: 1, binlog: 1, zone: '+00:00' })
})

it('runs a broker that creates topics only on request', async () => {
  const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } })
  const producer = kafka.producer()
  await producer.connect()
  await expect(producer.send({ topic: 'never-created', messages: [{ value: 'x' }] })).rejects.toThrow()
  await producer.disconnect()
})

it('runs a Connect worker with the Debezium MySQL connector', async () => {
  const response = await fetch(`${useStack().connect.url}/connector-plugins`)
  const plugins = (await response.json()) as { class: string }[]
  expect(plugins.map(plugin => plugin.class)).toContain('io.debezium.connector.mysql.MySqlConnector')
})

it('gives each MySQL a UUID and a key of its own', async () => {
  const stack = await startStack({ dir: await tempFolder('mysql'), parts: ['mysql'] })
  onTestFinished(() => stack.stopAll())
  const identities = [useStack().mysql, stack.mysql].map(async ({ host, port, rootPassword }) => {
    const connection = await mysql.createConnection({ host, port, user: 'root', password: rootPassword })
    const [[uuid]] = await connection.query<mysql.RowDataPacket[]>('SELECT @@server_uuid AS uuid')
    const [[key]] = await connection.query<mysql.RowDataPacket[]>(
      "SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'"
    )
    await connection.end()
    return { uuid: uuid?.['uuid'], key: key?.['Value'] }
  })
  const [one, other] = await Promise.all(identities)
  expect(one?.key).toContain('PUBLIC KEY')
  expect(other?.key).toContain('PUBLIC KEY')
  expect(one?.key).not.toBe(other?.key)
  expect(one?.uuid).not.toBe(other?.uuid)
})

it('starts a killed MySQL again although another process has its old pid', async () => {
  const stack = await startStack({ dir: await tempFolder('mysql'), parts: ['mysql'] })
  onTestFinished(() => stack.stopAll())
  const { host, port, rootPassword } = stack.mysql
  const connection = await mysql.createConnection({ host, port, user: 'root', password: rootPassword })
  const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT @@socket AS socket')
  connection.destroy()
  await stack.part('mysql').kill()
  await writeFile(`${row?.['socket']}.lock`, '1\n')
  await stack.part('mysql').start()
})

describe.skipIf(noPostgres !== undefined)('PostgreSQL', () => {
  async function ask(postgres: Stack['postgres'], sql: string): Promise<Record<string, string>> {
    const { host, port, password } = postgres ?? {}
    const client = new pg.Client({ host, port, user: 'postgres', password, database: 'postgres' })
    await client.connect()
    try {
      return (await client.query(sql)).rows[0]
    } finally {
      await client.end()
    }
  }

  it('runs at full durability with a logical WAL, on loopback, for those who know its password', async () => {
    const { postgres } = useStack()
    const settings = ['wal_level', 'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'TimeZone']
    const columns = settings.map(name => `current_setting('${name}') AS "${name}"`)
    const expected = ['logical', 'on', 'on', 'on', '127.0.0.1', 'UTC']
    expect(Object.values(await ask(postgres, `SELECT ${columns.join()}`))).toEqual(expected)
    expect(
      await ask(postgres, "SELECT rolpassword ~ '^SCRAM' AS scram FROM pg_authid WHERE rolname = 'postgres'")
    ).toEqual({
      scram: true
    })
    await expect(ask(postgres && { ...postgres, password: 'wrong' }, 'SELECT 1')).rejects.toThrow(/password/)
  })

  it('keeps what it committed when it is killed, and answers nothing while it is frozen', async () => {
    const stack = await startStack({ dir: await tempFolder('postgres'), parts: ['postgres'] })
    onTestFinished(() => stack.stopAll())
    const part = stack.part('postgres')
    await ask(stack.postgres, 'CREATE TABLE kept AS SELECT 1 AS n')
    await part.kill()
    await part.start()
    expect(await ask(stack.postgres, 'SELECT n FROM kept')).toEqual({ n: 1 })
    const { host, port, password } = stack.postgres ?? {}
    const client = new pg.Client({ host, port, user: 'postgres', password, database: 'postgres', query_timeout: 500 })
    await client.connect()
    await part.freeze()
    await expect(client.query('SELECT 1')).rejects.toThrow(/timeout/)
    await part.thaw()
    expect(await ask(stack.postgres, 'SELECT n FROM kept')).toEqual({ n: 1 })
    await client.end()
  })
})
