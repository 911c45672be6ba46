import { randomBytes, randomInt } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutboxTables } from '@outbox-cdc/outbox'
import { createTopics } from '@outbox-cdc/stack'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { createDatabase, uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { Kafka, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { onTestFinished } from 'vitest'
import { createConnectApi } from '../src/connect/connect-api.ts'
import { readConnectorFile } from '../src/connector/connector-file.ts'
import type { ConnectorFile } from '../src/connector/connector-file.ts'
import { type Answer, runConnectctl } from './run-connectctl.ts'

const ours = join(import.meta.dirname, '../../../connect-config/orders-connector.json')

export type OwnConnector = {
  readonly name: string
  readonly account: string
  readonly password: string
  readonly database: string
  readonly topic: string
  readonly db: Knex
  readonly environment: Readonly<Record<'CONNECT_URL', string>> & Readonly<Record<string, string>>
  readonly file: () => Promise<ConnectorFile>
  /** All output so far, of stdout and stderr. */
  readonly said: () => string
  readonly connectctl: (...args: string[]) => Promise<Answer>
  /** Rewrites the connector's file with some changes; undefined removes a key. */
  readonly configure: (changes: Readonly<Record<string, string | undefined>>) => Promise<void>
  /** Runs the outbox's migration again. */
  readonly migrate: () => Promise<void>
  readonly insertEvent: (eventId: number) => Promise<void>
}

/** A connector like the repository's, or like another one, with its own names, account and database on the shared stack. */
export async function ownConnector(like?: string): Promise<OwnConnector> {
  const stack = useStack()
  const created = await createDatabase('connectctl')
  const { name: database, db } = created
  await createOutboxTables(db)
  const name = uniqueName('connector')
  const account = uniqueName('dbz').slice(0, 30)
  const password = randomBytes(12).toString('hex')
  await writeFile(join(stack.secretsDir, account), password, { mode: 0o600 })
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY ?", [account, password])
  await db.raw("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO ?@'%'", [account])
  await db.raw("GRANT SELECT ON ??.* TO ?@'%'", [database, account])
  const dir = await tempFolder('connectctl')
  const environment = {
    MYSQL_HOST: stack.mysql.host,
    MYSQL_PORT: String(stack.mysql.port),
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    CONNECT_URL: stack.connect.url,
    CONNECT_SECRETS_DIR: stack.secretsDir,
    CONNECT_DIR: dir,
    CONNECT_LOG: join(stack.secretsDir, '../logs/connect-1.log'),
    KEEPER_URL: 'http://127.0.0.1:1'
  }
  const serverId = String(randomInt(1_000, 4_000_000_000))
  const identity = { 'database.user': account, 'database.server.id': serverId, 'topic.prefix': name }
  const said: string[] = []

  async function configure(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    const source = like ?? (await readFile(ours, 'utf8'))
    const { 'topic.prefix': prefix, 'database.include.list': schema } = JSON.parse(source) as Record<string, string>
    const text = source
      .replaceAll(new RegExp(`\\b${prefix}(\\.|\\\\\\\\\\.)${schema}\\b`, 'g'), `${name}$1${database}`)
      .replaceAll(new RegExp(`\\b${schema}(?=\\.|")`, 'g'), database)
      .replace(':debezium}', `:${account}}`)
    const config = { ...(JSON.parse(text) as object), ...identity, ...changes }
    await writeFile(join(dir, `${name}.json`), JSON.stringify(config, undefined, 2))
  }

  async function connectctl(...args: string[]): Promise<Answer> {
    const answer = await runConnectctl(args, environment)
    said.push(answer.out, answer.err)
    return answer
  }

  onTestFinished(async () => {
    await createConnectApi({ url: stack.connect.url }).request('DELETE', `/connectors/${name}`, { orMissing: true })
    await db.raw('DROP USER ?', [account])
    await created.drop()
  })
  await configure({})
  return {
    name,
    account,
    password,
    database,
    topic: `${name}.${database}.outbox`,
    db,
    environment,
    file: () => readConnectorFile(join(dir, `${name}.json`), environment),
    said: () => said.join('\n'),
    connectctl,
    configure,
    migrate: () => createOutboxTables(db),
    insertEvent: eventId => insertEvent(db, eventId)
  }
}

async function insertEvent(db: Knex, eventId: number): Promise<void> {
  await db.transaction(async trx => {
    const columns = { event: 'order_created', event_id: eventId, payload: '{"name":"joon","quantity":95}' }
    const headers = { message_id: crypto.randomUUID(), aggregate: 'order', aggregate_version: 1, schema_version: 1 }
    const [id] = await trx('outbox').insert({ ...columns, ...headers })
    await trx('outbox').where({ id }).delete()
  })
}

export type TopicRecord = {
  readonly key: unknown
  readonly value: { readonly payload: Readonly<Record<string, unknown>> }
  readonly headers: Readonly<Record<string, string | null>>
}

/** Reads a topic from its beginning until the test ends. */
export async function recordsOf(topic: string): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ brokers: [...useStack().kafka.brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await createTopics(admin, [{ topic, numPartitions: 3 }])
  await admin.disconnect()
  const records: TopicRecord[] = []
  const consumer = kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 100 })
  onTestFinished(() => consumer.disconnect())
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, value?.toString() ?? null])
      const parsed = (text: Buffer | null) => JSON.parse(text?.toString() ?? 'null') as never
      records.push({ key: parsed(message.key), value: parsed(message.value), headers: Object.fromEntries(headers) })
    }
  })
  return records
}
