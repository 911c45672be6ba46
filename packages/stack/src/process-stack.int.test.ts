import { writeFile } from 'node:fs/promises'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'
import { expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { startStack } from './process-stack.ts'

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
