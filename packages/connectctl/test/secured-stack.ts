import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { createOutboxTables } from '@outbox-cdc/outbox'
import { mysqlOptions } from '@outbox-cdc/outbox/security'
import { createTopics, ensureKafkaAccounts, type KafkaRight, mysqlUrl, noPostgres, startStack } from '@outbox-cdc/stack'
import knex from 'knex'
import { withAdmin } from '../src/kafka/kafka.ts'

const root = join(import.meta.dirname, '../../..')
const topic = 'orders_server.orders.outbox'
const heartbeat = 'orders_server.orders.connect_heartbeat'
const history = 'schema_changes.orders'

/** What README.md says that each principal needs. */
const rights: Readonly<Record<string, readonly KafkaRight[]>> = {
  connect: [
    ...[topic, heartbeat, '__debezium-heartbeat.orders_server'].map(onTopic('WRITE')),
    onTopic('READ', 'WRITE', 'DESCRIBE_CONFIGS')(history),
    { on: 'group', name: 'orders_server-schemahistory', may: ['READ'] }
  ],
  keeper: [onTopic('READ')(heartbeat), { on: 'group', name: 'connectctl-keeper-*', may: ['READ'] }],
  // Lacks what a keeper needs of the topic.
  blind: [{ on: 'group', name: 'connectctl-keeper-*', may: ['READ'] }],
  operator: [
    ...[topic, heartbeat, '__debezium-heartbeat.orders_server'].map(onTopic('DESCRIBE')),
    onTopic('DESCRIBE_CONFIGS')(history)
  ]
}

function onTopic(...may: KafkaRight['may'][number][]) {
  return (name: string): KafkaRight => ({ on: 'topic', name, may })
}

/** MySQL, PostgreSQL, Kafka and Connect that demand TLS and a password, with accounts and topics for one connector. */
export async function startSecured() {
  const dir = await mkdtemp(join(tmpdir(), 'secured-'))
  const workerSecrets = join(dir, 'stack/secrets/connect')
  const stack = await startStack({
    dir: join(dir, 'stack'),
    parts: ['mysql', 'kafka', 'connect', ...(noPostgres === undefined ? (['postgres'] as const) : [])],
    secure: true,
    workerProperties: join(root, 'connect-config/worker.properties'),
    references: { CONNECT_SECRETS_DIR: workerSecrets }
  })
  const { mysql, postgres, kafka, connect, security } = stack
  if (security === undefined || kafka.security === undefined) throw new Error('the stack is not secured')
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), security.ca])
  const secrets = join(dir, 'secrets')
  await mkdir(secrets)
  const passwords = Object.fromEntries(
    ['debezium', 'keeper', 'blind', 'operator'].map(name => [name, randomBytes(12).toString('hex')])
  )
  const passwordOf = (name: string) => (name === 'connect' ? security.workerPassword : (passwords[name] ?? ''))
  for (const [name, password] of Object.entries(passwords)) await writeFile(join(secrets, name), password)
  await writeFile(join(workerSecrets, 'debezium'), passwordOf('debezium'))
  const server = knex({ client: 'mysql2', connection: { ...mysqlOptions(mysqlUrl(mysql)) }, pool: { min: 0, max: 2 } })
  await makeDatabase(server, passwords)
  await makeTopics({ brokers: kafka.brokers, security: kafka.security })
  await ensureKafkaAccounts(
    { brokers: kafka.brokers, security: kafka.security },
    Object.entries(rights).map(([name, each]) => ({ name, password: passwordOf(name), rights: each }))
  )
  /** The environment of a process that is a principal on Kafka. */
  const environmentOf = (principal: string): Readonly<Record<string, string>> => ({
    MYSQL_HOST: mysql.host,
    MYSQL_PORT: String(mysql.port),
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA: security.caFile,
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: principal,
    KAFKA_SASL_PASSWORD: `\${dir:${secrets}:${principal}}`,
    CONNECT_URL: connect.urls.join(),
    CONNECT_SECRETS_DIR: workerSecrets,
    CONNECT_DIR: join(root, 'connect-config'),
    CONNECT_DEFAULTS: security.connectorDefaults,
    KEEPER_URL: 'http://127.0.0.1:1',
    KEEPER_MYSQL_URL: `mysql://keeper:\${dir:${secrets}:keeper}@${mysql.host}:${mysql.port}/?${mysql.tls}`
  })
  return {
    dir,
    mysql,
    postgres,
    security,
    server,
    environmentOf,
    secrets: [...Object.values(passwords), security.workerPassword, security.connectPassword, security.kafkaPassword],
    async stop() {
      await server.destroy()
      await stack.stopAll()
      await rm(dir, { recursive: true, force: true })
    }
  }
}

async function makeDatabase(server: knex.Knex, passwords: Readonly<Record<string, string>>): Promise<void> {
  await server.raw('CREATE DATABASE orders')
  for (const user of ['debezium', 'keeper'])
    await server.raw("CREATE USER ?@'%' IDENTIFIED BY ? REQUIRE SSL", [user, passwords[user] ?? ''])
  await server.raw("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO debezium@'%'")
  await server.raw("GRANT SELECT ON orders.* TO debezium@'%'")
  await server.raw("GRANT CREATE, SELECT, INSERT, DELETE ON orders.connect_heartbeat TO keeper@'%'")
  await server.raw('USE orders')
  await createOutboxTables(server)
}

async function makeTopics(kafka: Parameters<typeof withAdmin>[0]): Promise<void> {
  const names = [topic, heartbeat, '__debezium-heartbeat.orders_server', history]
  const configEntries = [{ name: 'retention.ms', value: '-1' }]
  await withAdmin(kafka, admin =>
    createTopics(
      admin,
      names.map(each => ({ topic: each, numPartitions: 1, ...(each === history ? { configEntries } : {}) }))
    )
  )
}
