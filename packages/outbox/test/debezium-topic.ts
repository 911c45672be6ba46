import { randomInt } from 'node:crypto'
import { Kafka } from 'kafkajs'
import {
  applyConnector,
  type ConnectorFile,
  createConnectApi,
  readConnectorFile,
  sourceOf,
  type StartName
} from '@outbox-cdc/connectctl'
import { createTopics } from '@outbox-cdc/stack'
import { type TestDatabase, uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { type DebeziumTopic, topicReader } from './topic-reader.ts'

export async function streamOutbox(
  database: TestDatabase,
  connector = 'orders-connector.json'
): Promise<DebeziumTopic> {
  const { kafka } = useStack()
  const server = uniqueName('server')
  const name = `${server}.${database.name}.outbox`
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin()
  await admin.connect()
  await createTopics(admin, [{ topic: name, numPartitions: 3 }])
  await admin.disconnect()
  const running = await startConnector(database, connector, { name: server })
  return topicReader(name, running.remove)
}

type ConnectorOptions = {
  readonly name?: string
  /** Settings that differ from the file's, and undefined for those that it shall not have. */
  readonly changes?: Readonly<Record<string, string | undefined>>
  readonly startAt?: StartName
}

/** Runs a connector file for a database: its `orders` become the database's name, and its `orders_server` the connector's. */
export async function startConnector(
  database: TestDatabase,
  connector: string,
  { name = uniqueName('server'), changes = {}, startAt = 'recorded' }: ConnectorOptions = {}
) {
  const { kafka, connect, mysql } = useStack()
  const api = createConnectApi({ url: connect.url })
  const file = await connectorFor()
  await applyConnector(api, file, { source: sourceOf(file.config, {}), startAt })
  return { name, remove: async () => void (await api.request('DELETE', `/connectors/${name}`)) }

  async function connectorFor(): Promise<ConnectorFile> {
    const path = new URL(`../../../connect-config/${connector}`, import.meta.url).pathname
    const environment = {
      MYSQL_HOST: mysql.host,
      MYSQL_PORT: String(mysql.port),
      KAFKA_BROKERS: kafka.brokers.join(','),
      CONNECT_SECRETS_DIR: '/dev/null'
    }
    const file = await readConnectorFile(path, environment)
    const renamed = Object.entries(file.config).map(([key, value]) => [
      key,
      value.replaceAll('orders_server', name).replaceAll(/\borders\b/g, database.name)
    ])
    const own = {
      'database.user': 'root',
      'database.password': mysql.rootPassword,
      'database.server.id': String(randomInt(10_000, 2_000_000_000)),
      'schema.history.internal.kafka.topic': `schema_changes.${name}`,
      ...changes
    }
    const all: Record<string, string | undefined> = { ...Object.fromEntries(renamed), ...own }
    const config = Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    return { name, config: Object.fromEntries(config) }
  }
}
